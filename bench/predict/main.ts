/**
 * `npm run bench:predict`: what asking ahead saves and wastes on a generated workload of sessions, against asking nothing ahead and
 * against the most popular. Virtual time and a seed: every run and every machine gives the same table.
 */
import { breakEven } from '../../origin/src/predict/gain.ts';
import { createPredictor, DEFAULTS } from '../../origin/src/predict/predictor.ts';
import { type Outcome, type Policy, play } from './simulate.ts';
import { sessionsOf } from './workload.ts';

const SESSIONS = 3_000;
const LEARN = 1_000;

const order = (length: number) => createPredictor({ ...DEFAULTS, order: length });
const policies = (): readonly Policy[] => [
  { name: 'none', predictor: undefined, least: 1, most: 0 },
  { name: 'most popular', predictor: order(0), least: 0, most: 1 },
  { name: 'most popular, three', predictor: order(0), least: 0, most: 3 },
  { name: 'last question, waste 0.25', predictor: order(1), least: breakEven(0.25), most: 3 },
  { name: 'the sidecar, waste 1', predictor: order(DEFAULTS.order), least: breakEven(1), most: 3 },
  { name: 'the sidecar, waste 0.25', predictor: order(DEFAULTS.order), least: breakEven(0.25), most: 3 },
  { name: 'the sidecar, waste 0.05', predictor: order(DEFAULTS.order), least: breakEven(0.05), most: 3 },
];

const percent = (part: number, of: number) => (of === 0 ? '-' : `${((100 * part) / of).toFixed(1)} %`);

function row({ policy, turns, cached, ahead, wait, tokens, wasted, ledger }: Outcome): string {
  return [
    policy.padEnd(26),
    percent(cached, turns).padStart(8),
    percent(ahead, turns).padStart(9),
    `${wait.toFixed(2)} s`.padStart(9),
    (ledger.begun === 0 ? '-' : ledger.precision.toFixed(2)).padStart(10),
    (ledger.begun === 0 ? '-' : ledger.recall.toFixed(2)).padStart(7),
    percent(wasted, tokens).padStart(9),
  ].join(' ');
}

for (const [load, every] of [
  ['an idle origin: a session every ten minutes', 600],
  ['a quiet one: a session every two minutes', 120],
  ['a busy one: a session every twelve seconds', 12],
] as const) {
  const sessions = sessionsOf({ seed: 'predict', sessions: SESSIONS, every });
  const turns = sessions.reduce((sum, session) => sum + session.turns.length, 0);
  console.log(`\n${load}; ${SESSIONS} sessions, ${turns} turns, the first ${LEARN} sessions only to learn from\n`);
  console.log('policy                       cached  prefetch     wait  precision  recall    wasted');
  for (const policy of policies()) console.log(row(play(sessions, policy, LEARN)));
}
console.log(`
Of the turns after a session's first: cached by an ordinary cache, there (or joined) by prefetch, mean wait for the whole
answer; precision and recall as in /api/predict/stats; tokens written for nothing, as part of those written for people.`);
