/** What sessions asked before this process began, learnt from the history in small pieces. */
import { isObject } from '../../../src/exchange/json.ts';
import type { HistoryStore } from '../history/history.ts';
import type { Origin } from '../origin.ts';
import type { Predictor } from './predictor.ts';
import { scopeOf } from './scope.ts';

const LOOK_BACK_MS = 14 * 86_400_000;
const MOST_VISITS = 20_000;
/** Visits between which others get their turn. */
const PIECE = 100;

/** Rejects when the history fails. @returns how many visits were learnt */
export async function learnFromHistory(
  predictor: Predictor,
  history: HistoryStore,
  { dialects }: Pick<Origin, 'dialects'>,
  now: number = Date.now(),
): Promise<number> {
  const visits = await history.sessions(now - LOOK_BACK_MS, MOST_VISITS);
  let learnt = 0;
  for (const [index, { session, at, tenant, namespace, model, path, body }] of visits.entries()) {
    if (index % PIECE === PIECE - 1) await new Promise((resume) => setImmediate(resume));
    const value: unknown = body === '' ? undefined : JSON.parse(body);
    const reading = isObject(value) ? dialects.get(path)?.read(value) : undefined;
    if (reading?.kind !== 'prompt') continue;
    predictor.visited({ scope: scopeOf(tenant, namespace, model), session, prompt: reading.prompt, at });
    learnt += 1;
  }
  predictor.sweep(now);
  return learnt;
}
