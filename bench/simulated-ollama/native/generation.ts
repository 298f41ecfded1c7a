/** One generation from its checks to its last chunk: what /api/chat and /api/generate do, and every other API through them. */

import type { Processor } from '../engine/processor.ts';
import type { Scheduler } from '../engine/scheduler.ts';
import type { Faults } from '../faults.ts';
import { isUsableSchema } from '../model/schema.ts';
import { writeScript } from '../model/script.ts';
import { tokenId } from '../model/tokens.ts';
import type { ModelStore, SimulatedModel } from '../models.ts';
import { parseModelName } from '../names.ts';
import type { Settings } from '../settings.ts';
import type { Counters } from '../stats.ts';
import { readOptions } from './options.ts';
import { type Chunk, type Ending, type NativeRequest, Refusal } from './request.ts';
import { createSpeaker, type Outcome } from './speaker.ts';

export interface Simulation {
  readonly settings: () => Settings;
  readonly faults: () => Faults;
  readonly models: ModelStore;
  readonly scheduler: Scheduler;
  readonly processor: Processor;
  readonly counters: Counters;
}

const NOTHING: Chunk = { content: '', thinking: '', calls: [], logprobs: [], ending: undefined };
const BUSY = 'server busy, please try again.  maximum pending requests exceeded';

/** Refuses with the status that was set, if one was. */
export function failIfTold({ status }: Faults): void {
  if (status !== undefined) throw new Refusal(status, status === 503 ? BUSY : 'simulated failure');
}

/**
 * Emits the chunks of an answer; the last of one that was not broken off has an ending. Throws a Refusal, or the signal's reason.
 *
 * @returns how it ended; `load` when nothing was to be generated
 */
export async function generate(
  simulation: Simulation,
  request: NativeRequest,
  emit: (chunk: Chunk) => void,
  signal: AbortSignal,
): Promise<Outcome | 'load'> {
  const since = performance.now();
  const { settings, scheduler, processor, counters } = simulation;
  const model = findModel(simulation, request);
  const empty = request.extra === undefined ? request.messages.length === 0 : request.extra.prompt === '';
  if (empty && request.keepAliveMs === 0) {
    scheduler.unload(model.name);
    emit({ ...NOTHING, ending: ending('unload') });
    return 'load';
  }
  checkAbilities(request, model);
  failIfTold(simulation.faults());
  const options = readOptions(request.options, settings());
  counters.inFlight += empty ? 0 : 1;
  counters.maxInFlight = Math.max(counters.maxInFlight, counters.inFlight);
  try {
    const wanted = { name: model.name, ...options, keepAliveMs: request.keepAliveMs };
    const lease = await scheduler.acquire(wanted, signal).catch((error: unknown) => {
      counters.abandoned += empty ? 0 : 1;
      throw error;
    });
    try {
      if (empty) {
        emit({ ...NOTHING, ending: ending('load') });
        return 'load';
      }
      checkTemplate(request.extra?.template ?? '');
      checkFormat(request.format);
      const think = model.capabilities.includes('thinking') && (request.think ?? true);
      const script = writeScript(request, model.digest, think);
      if (script.promptTokens > options.numCtx && !request.truncate)
        throw new Refusal(400, 'the input length exceeds the context length', 'stream');
      const promptTokens = Math.min(script.promptTokens, options.numCtx);
      const speaker = createSpeaker({ ...script, promptTokens }, request, options, () => simulation.faults().cut, emit);
      const timing = await processor.run(lease.pool, speaker, signal);
      const outcome = speaker.outcome() ?? 'stop';
      if (outcome !== 'stop' && outcome !== 'length') return outcome;
      const ns = (ms: number) => Math.round(ms * 1e6);
      emit({
        ...NOTHING,
        ending: {
          reason: outcome,
          promptTokens,
          tokens: speaker.made.length,
          totalNs: ns(performance.now() - since),
          loadNs: ns(lease.loadMs),
          promptNs: ns(timing.promptMs),
          evalNs: ns(timing.evalMs),
          context:
            request.extra === undefined || request.extra.raw
              ? undefined
              : [...script.promptIds, ...speaker.made.map(tokenId)],
        },
      });
      return outcome;
    } finally {
      lease.release();
    }
  } finally {
    counters.inFlight -= empty ? 0 : 1;
  }
}

function ending(reason: Ending['reason']): Ending {
  return { reason, promptTokens: 0, tokens: 0, totalNs: 0, loadNs: 0, promptNs: 0, evalNs: 0, context: undefined };
}

function findModel({ models }: Simulation, { route, model: asked, topLogprobs }: NativeRequest): SimulatedModel {
  if (topLogprobs < 0 || topLogprobs > 20) throw new Refusal(400, 'top_logprobs must be between 0 and 20');
  const ref = parseModelName(asked);
  if (ref.kind === 'missing')
    throw route === 'chat' ? new Refusal(400, 'model is required') : new Refusal(404, "model '' not found");
  if (ref.kind === 'invalid') throw new Refusal(400, ref.message);
  if (ref.kind === 'cloud') throw new Refusal(403, 'ollama cloud is disabled: remote model is unavailable');
  const model = models.find(asked);
  if (model === undefined) throw new Refusal(404, `model '${asked}' not found`);
  return model;
}

function checkAbilities(
  { route, model, extra, tools, think, thinkIfAble }: NativeRequest,
  found: SimulatedModel,
): void {
  const able = new Set(found.capabilities);
  const ref = parseModelName(model);
  const full = ref.kind === 'local' ? ref.full : model;
  if (extra?.raw === true && (extra.template !== '' || extra.system !== '' || extra.context.length > 0))
    throw new Refusal(400, 'raw mode does not support template, system, or context');
  if (think !== undefined && think !== false && !thinkIfAble && !able.has('thinking') && able.has('completion'))
    throw new Refusal(400, `${JSON.stringify(model)} does not support thinking`);
  if (!able.has('completion')) throw new Refusal(400, `${JSON.stringify(model)} does not support ${route}`);
  if (tools.length > 0 && !able.has('tools')) throw new Refusal(400, `${full} does not support tools`);
  if (extra !== undefined && extra.suffix !== '' && !able.has('insert'))
    throw new Refusal(400, `${full} does not support insert`);
}

/** Every action that a template opens must be closed. */
function checkTemplate(template: string): void {
  const rest = template.replace(/\{\{.*?\}\}/gs, '');
  const line = template.slice(0, template.lastIndexOf('{{')).split('\n').length;
  if (rest.includes('{{')) throw new Refusal(500, `template: :${line}: unclosed action`);
}

function checkFormat(format: string | undefined): void {
  if (format === undefined || format === '"json"') return;
  if (!format.startsWith('{'))
    throw new Refusal(
      500,
      `invalid format: ${JSON.stringify(format)}; expected "json" or a valid JSON Schema object`,
      'stream',
    );
  if (!isUsableSchema(JSON.parse(format))) throw new Refusal(500, 'invalid JSON schema in format', 'stream');
}
