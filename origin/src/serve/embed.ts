/**
 * Embeds: a piece of work for a lane that does, in one `/api/embed` call, every input that it is given together with. One
 * failing input fails the whole call, so a merged call that is refused is done again one by one.
 */
import type { EmbedDialect, EmbedReading } from '../../../src/dialects/embed-dialect.ts';
import { ollamaEmbed } from '../../../src/dialects/ollama-embed.ts';
import type { Fault } from '../../../src/exchange/fault.ts';
import { canonicalJson, type Json, type JsonObject } from '../../../src/exchange/json.ts';
import type { EmbedPrompt } from '../../../src/exchange/prompt.ts';
import type { Config } from '../config.ts';
import type { Lane } from '../lanes/lane.ts';
import type { Outcome, Watch, Work } from '../lanes/work.ts';
import { bodyForOllama } from '../ollama/body.ts';
import { ABANDONED, CLOSING, faultOfAbort, faultOfResponse, UNREACHABLE } from '../ollama/fault.ts';
import type { Priority } from '../scheduler/ticket.ts';

export interface Embedded {
  readonly kind: 'embedded';
  readonly body: string;
  /** How many requests the call was for. */
  readonly merged: number;
  readonly laneMs: number;
}

export interface EmbeddingRequest {
  readonly dialect: EmbedDialect;
  readonly reading: Exclude<EmbedReading, { kind: 'fault' }>;
  readonly name: string;
  /** Canonical. */
  readonly model: string;
  readonly body: JsonObject;
  readonly config: Pick<Config, 'MODEL_SETTINGS' | 'KEEP_ALIVE' | 'CLIENT_MAY_RELOAD' | 'BATCH_INPUTS'>;
  readonly tenant: string;
  readonly priority: Priority;
  readonly listed: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly deliver: (result: Embedded | { readonly kind: 'fault'; readonly fault: Fault }) => void;
}

/** What a merged call needs of each request in it. */
interface EmbeddingWork extends Work {
  readonly request: EmbeddingRequest;
}

const CHARACTERS_A_TOKEN = 4;

export function embeddingWork(request: EmbeddingRequest): Work {
  const { reading, tenant, priority, listed, model } = request;
  const inputs = mergeable(request);
  const characters = JSON.stringify(request.body).length;
  const work: EmbeddingWork = {
    request,
    ticket: {
      tenant,
      priority,
      listed,
      model,
      cost: Math.ceil(characters / CHARACTERS_A_TOKEN),
      prefix: [],
      ...(inputs !== undefined && { group: groupOf(inputs), inputs: inputs.length }),
      ...(reading.kind === 'embed' && { inputs: reading.inputs.length }),
    },
    use: 'embed',
    name: request.name,
    async run(lane, signal, watch, others) {
      const all = [work, ...(others as readonly EmbeddingWork[])].map((each) => each.request);
      if (inputs === undefined) return forwardAsIs(request, lane, signal, watch);
      return embedTogether(all, lane, signal, watch);
    },
    refuse: (reason) => request.deliver({ kind: 'fault', fault: reason }),
  };
  return work;
}

/** The inputs of a request that others may be done with; the legacy route's vectors are another answer. */
function mergeable({ reading, config }: EmbeddingRequest): readonly EmbedPrompt[] | undefined {
  if (reading.kind !== 'embed' || reading.inputs.length > config.BATCH_INPUTS) return undefined;
  return reading.inputs.every(({ normalised }) => normalised) ? reading.inputs : undefined;
}

/** Everything but the input. */
function groupOf([first]: readonly EmbedPrompt[]): string {
  const { input: _input, ...common } = first as EmbedPrompt;
  return canonicalJson(common as unknown as Json);
}

async function embedTogether(
  requests: readonly EmbeddingRequest[],
  lane: Lane,
  signal: AbortSignal,
  watch: Watch,
): Promise<Outcome> {
  const [first] = requests as [EmbeddingRequest, ...EmbeddingRequest[]];
  const inputs = new Map<string, EmbedPrompt>();
  for (const request of requests) for (const prompt of promptsOf(request)) inputs.set(prompt.input, prompt);
  const prompts = [...inputs.values()];
  const [{ options, truncate, dimensions }] = prompts as [EmbedPrompt];
  const body = bodyForOllama(
    '/api/embed',
    {
      model: first.name,
      input: prompts.map(({ input }) => input),
      ...(truncate === false && { truncate }),
      ...(dimensions !== undefined && { dimensions }),
      ...(Object.keys(options).length > 0 && { options: options as JsonObject }),
    },
    first.config.MODEL_SETTINGS.get(first.model),
    first.config,
  );
  const answer = await call('/api/embed', body, prompts.length, first, lane, signal, watch);
  if (answer.kind === 'again') return answer;
  if (answer.kind === 'refused') {
    if (requests.length === 1) {
      first.deliver({ kind: 'fault', fault: answer.fault });
      return { kind: 'done' };
    }
    for (const request of requests) {
      const outcome = await embedTogether([request], lane, signal, watch);
      if (outcome.kind === 'again') request.deliver({ kind: 'fault', fault: outcome.fault });
    }
    return { kind: 'done' };
  }

  const decoded = ollamaEmbed.decode(answer.text, prompts);
  const place = new Map([...inputs.keys()].map((input, index) => [input, index]));
  for (const request of requests) {
    if (decoded.kind === 'fault') {
      request.deliver(decoded);
      continue;
    }
    const own = promptsOf(request).map(({ input }) => place.get(input) as number);
    const reading = request.reading as Extract<EmbedReading, { kind: 'embed' }>;
    const vectors = reading.order.map((index) => decoded.vectors[own[index] as number] as Float32Array);
    const tokens = own.reduce((sum, index) => sum + (decoded.promptTokens[index] ?? 0), 0);
    const timing = { total: Math.round(answer.laneMs * 1e6), load: 1 };
    const rendered = request.dialect.render(vectors, tokens, reading.view, timing);
    request.deliver({ kind: 'embedded', body: rendered, merged: requests.length, laneMs: answer.laneMs });
  }
  return { kind: 'done' };
}

function promptsOf({ reading }: EmbeddingRequest): readonly EmbedPrompt[] {
  return reading.kind === 'embed' ? reading.inputs : [];
}

async function forwardAsIs(request: EmbeddingRequest, lane: Lane, signal: AbortSignal, watch: Watch): Promise<Outcome> {
  const { dialect, reading, body, config, model } = request;
  const inputs = reading.kind === 'embed' ? reading.inputs.length : 1;
  const forward = bodyForOllama(dialect.path, body, config.MODEL_SETTINGS.get(model), config);
  const answer = await call(dialect.path, forward, inputs, request, lane, signal, watch);
  if (answer.kind === 'again') return answer;
  if (answer.kind === 'refused') request.deliver({ kind: 'fault', fault: answer.fault });
  else request.deliver({ kind: 'embedded', body: answer.text, merged: 1, laneMs: answer.laneMs });
  return { kind: 'done' };
}

type Called =
  | { readonly kind: 'answered'; readonly text: string; readonly laneMs: number }
  | { readonly kind: 'refused'; readonly fault: Fault }
  | { readonly kind: 'again'; readonly fault: Fault };

async function call(
  path: string,
  body: JsonObject,
  inputs: number,
  { model, headers }: EmbeddingRequest,
  lane: Lane,
  signal: AbortSignal,
  watch: Watch,
): Promise<Called> {
  const sentAt = performance.now();
  try {
    watch.sent(inputs, lane.resident.some((resident) => resident.model === model) ? 'whole' : 'cold');
    const response = await lane.ollama.request('POST', path, JSON.stringify(body), signal, headers);
    if (response.status >= 500) return { kind: 'again', fault: await faultOfResponse(response) };
    if (response.status >= 400) return { kind: 'refused', fault: await faultOfResponse(response) };
    const text = await response.body.text();
    watch.progress();
    return { kind: 'answered', text, laneMs: performance.now() - sentAt };
  } catch {
    const reason = faultOfAbort(signal) ?? UNREACHABLE;
    return { kind: reason === ABANDONED || reason === CLOSING ? 'refused' : 'again', fault: reason };
  }
}
