/** One generation from its checks to its last chunk: what /api/chat and /api/generate do, and every other API through them. */
import type { Outcome } from '../../origin/ollama-api/backend.ts';
import { checkAbilities, checkFormat, checkTemplate, findModel } from '../../origin/ollama-api/native/checks.ts';
import { readOptions } from '../../origin/ollama-api/native/options.ts';
import {
  type Chunk,
  emptyEnding,
  type NativeRequest,
  NOTHING,
  Refusal,
} from '../../origin/ollama-api/native/request.ts';
import type { Residency } from '../../origin/ollama-api/residency.ts';
import type { Pool, Processor } from './engine/processor.ts';
import type { Faults } from './faults.ts';
import { isUsableSchema } from './model/schema.ts';
import { writeScript } from './model/script.ts';
import { tokenId } from './model/tokens.ts';
import type { ModelStore } from './models.ts';
import type { Settings } from './settings.ts';
import { createSpeaker } from './speaker.ts';
import type { Counters } from './stats.ts';

export interface Simulation {
  readonly settings: () => Settings;
  readonly faults: () => Faults;
  readonly models: ModelStore;
  readonly residency: Residency<Pool>;
  readonly processor: Processor;
  readonly counters: Counters;
}

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
  const { settings, residency, processor, counters } = simulation;
  const model = findModel(simulation.models, request);
  const empty = request.extra === undefined ? request.messages.length === 0 : request.extra.prompt === '';
  if (empty && request.keepAliveMs === 0) {
    residency.unload(model.name);
    emit({ ...NOTHING, ending: emptyEnding('unload') });
    return 'load';
  }
  checkAbilities(request, model);
  failIfTold(simulation.faults());
  const options = readOptions(request.options, settings().contextLength);
  counters.inFlight += empty ? 0 : 1;
  counters.maxInFlight = Math.max(counters.maxInFlight, counters.inFlight);
  try {
    const wanted = { name: model.name, ...options, keepAliveMs: request.keepAliveMs };
    const lease = await residency.acquire(wanted, signal).catch((error: unknown) => {
      counters.abandoned += empty ? 0 : 1;
      throw error;
    });
    try {
      if (empty) {
        emit({ ...NOTHING, ending: emptyEnding('load') });
        return 'load';
      }
      checkTemplate(request.extra?.template ?? '');
      checkFormat(request.format, isUsableSchema);
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
