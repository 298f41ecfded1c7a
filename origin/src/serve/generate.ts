/** Generates one answer: a piece of work that fills a flight from a lane, at the pace of the flight's readers. */
import { type Collected, collectAnswer } from '../../../src/exchange/collect.ts';
import type { Flight } from '../coalesce/flight.ts';
import { isStream } from '../http/reply.ts';
import type { Lane } from '../lanes/lane.ts';
import type { Outcome, Watch, Work } from '../lanes/work.ts';
import type { OllamaResponse } from '../ollama/client.ts';
import { ABANDONED, BROKE_OFF, CLOSING, faultOfAbort, faultOfResponse, UNREACHABLE } from '../ollama/fault.ts';
import type { Priority } from '../scheduler/ticket.ts';
import type { Asked } from './asked.ts';

export interface Generated {
  readonly asked: Asked;
  readonly lane: Lane;
  readonly contentType: string;
  /** Whether it is an answer to keep, and which. */
  readonly collected: Collected;
  /** Milliseconds from submission to sending. */
  readonly queueMs: number;
  /** Milliseconds from sending to the first byte, and to the end. */
  readonly firstMs: number;
  readonly totalMs: number;
}

export interface GenerationOptions {
  readonly tenant: string;
  readonly priority: Priority;
  readonly listed: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /** Before the flight lands, so that whoever asks after that finds the stored answer. */
  readonly landed: (generated: Generated) => void;
}

/** Tokens of prompt that are as much work as everything else of a short request together. */
const HEAVY_PROMPT = 512;

export function generationWork(asked: Asked, flight: Flight, options: GenerationOptions): Work {
  const queuedAt = performance.now();
  return {
    ticket: {
      tenant: options.tenant,
      priority: options.priority,
      listed: options.listed,
      model: asked.model,
      cost: asked.promptTokens + asked.answerTokens,
      prefix: asked.prefix,
    },
    use: 'generate',
    name: asked.wire.model,
    run: (lane, signal, watch) => generate(asked, flight, options, queuedAt, lane, signal, watch),
    refuse(reason) {
      flight.takeOff({ kind: 'fault', fault: reason });
      flight.land({ kind: 'broken', fault: reason });
    },
  };
}

async function generate(
  asked: Asked,
  flight: Flight,
  options: GenerationOptions,
  queuedAt: number,
  lane: Lane,
  signal: AbortSignal,
  watch: Watch,
): Promise<Outcome> {
  const sentAt = performance.now();
  let firstMs = 0;
  const started = () => flight.takeoff !== undefined;
  const takeOff = (response: OllamaResponse) => {
    firstMs = performance.now() - sentAt;
    const { status, contentType } = response;
    flight.takeOff({ kind: 'answering', status, contentType, headers: timingHeaders(queuedAt, sentAt, firstMs) });
  };
  try {
    watch.sent(loadOf(asked, lane), patienceFor(asked, lane));
    const response = await lane.ollama.request('POST', asked.sent.path, asked.forward, signal, options.headers);
    if (response.status >= 400) {
      const reason = await faultOfResponse(response);
      if (response.status >= 500) return { kind: 'again', fault: reason };
      flight.takeOff({ kind: 'fault', fault: reason });
      flight.land({ kind: 'broken', fault: reason });
      return { kind: 'done' };
    }
    const decoder = asked.sent.decoder(isStream(response.contentType));
    const collector = collectAnswer();
    const text = new TextDecoder();
    for await (const chunk of response.body) {
      watch.progress();
      if (!started()) takeOff(response);
      for (const delta of decoder.push(text.decode(chunk, { stream: true }))) collector.add(delta);
      flight.push(chunk);
      const full = flight.drained();
      if (full === undefined) continue;
      watch.pause();
      await full;
      watch.resume();
    }
    for (const delta of [...decoder.push(text.decode()), ...decoder.end()]) collector.add(delta);
    if (!started()) takeOff(response);
    const collected = collector.finish();
    const totalMs = performance.now() - sentAt;
    const { contentType } = response;
    options.landed({ asked, lane, contentType, collected, queueMs: sentAt - queuedAt, firstMs, totalMs });
    flight.land({ kind: 'landed' });
    return { kind: 'done', ...tokensOf(collected) };
  } catch {
    const reason = faultOfAbort(signal) ?? (started() ? BROKE_OFF : UNREACHABLE);
    if (!started() && reason !== ABANDONED && reason !== CLOSING) return { kind: 'again', fault: reason };
    flight.takeOff({ kind: 'fault', fault: reason });
    flight.land({ kind: 'broken', fault: reason });
    return { kind: 'done' };
  }
}

function timingHeaders(queuedAt: number, sentAt: number, firstMs: number): Readonly<Record<string, string>> {
  return { 'server-timing': `queue;dur=${(sentAt - queuedAt).toFixed(1)}, first;dur=${firstMs.toFixed(1)}` };
}

function patienceFor({ wire, model }: Asked, lane: Lane): 'normal' | 'whole' | 'cold' {
  if (!lane.resident.some((resident) => resident.model === model)) return 'cold';
  return wire.streaming ? 'normal' : 'whole';
}

/** A long prompt takes longer to read, and so does any prompt beside others. */
function loadOf({ promptTokens }: Asked, lane: Lane): number {
  return (1 + promptTokens / HEAVY_PROMPT) * Math.max(1, lane.running);
}

function tokensOf(collected: Collected): { readonly tokens?: number } {
  if (collected.kind !== 'complete' && collected.kind !== 'uncacheable') return {};
  const { promptTokens, completionTokens } = collected.answer.usage;
  return promptTokens + completionTokens > 0 ? { tokens: promptTokens + completionTokens } : {};
}
