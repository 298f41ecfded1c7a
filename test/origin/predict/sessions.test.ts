/** The generated sessions of `npm run bench:predict`, fewer of them: the predictor is worth more than the most popular. */
import { expect, it } from 'vitest';
import { play } from '../../../bench/predict/simulate.ts';
import { sessionsOf } from '../../../bench/predict/workload.ts';
import { breakEven } from '../../../origin/src/predict/gain.ts';
import { createPredictor, DEFAULTS } from '../../../origin/src/predict/predictor.ts';

it('foresees more than the most popular does, wastes less, and repeats itself', () => {
  const sessions = sessionsOf({ seed: 'test', sessions: 900, every: 300 });
  const own = () => ({ name: 'own', predictor: createPredictor(), least: breakEven(0.25), most: 3 });
  const popular = { name: 'popular', predictor: createPredictor({ ...DEFAULTS, order: 0 }), least: 0, most: 1 };
  const [none, most, sidecar] = [{ name: 'none', predictor: undefined, least: 1, most: 0 }, popular, own()].map(
    (policy) => play(sessions, policy, 300),
  );
  if (none === undefined || most === undefined || sidecar === undefined) throw new Error('no outcome');
  expect(sidecar.ahead).toBeGreaterThan(1.5 * most.ahead);
  expect(sidecar.wasted).toBeLessThan(most.wasted / 2);
  expect(sidecar.ledger.precision).toBeGreaterThan(2 * most.ledger.precision);
  expect(sidecar.wait).toBeLessThan(none.wait);
  expect(play(sessions, own(), 300)).toEqual(sidecar);
});
