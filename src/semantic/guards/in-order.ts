/** The guards in the order in which they are asked: the surest and cheapest first. The first that refuses gives the reason. */
import { code } from './code.ts';
import { conjunction } from './conjunction.ts';
import type { Comparison, Guard, GuardName } from './guard.ts';
import { language } from './language.ts';
import { mention } from './mention.ts';
import { numbers } from './numbers.ts';
import { order } from './order.ts';
import { payload } from './payload.ts';
import { person } from './person.ts';
import { antonym, negation } from './polarity.ts';
import { quantifier } from './quantifier.ts';
import { question } from './question.ts';
import { role } from './role.ts';
import { tense } from './tense.ts';
import { name, unmatched } from './unmatched.ts';
import { verb } from './verb.ts';

export const GUARDS: readonly Guard[] = [
  language,
  code,
  payload,
  numbers,
  negation,
  antonym,
  role,
  name,
  quantifier,
  question,
  tense,
  verb,
  conjunction,
  order,
  person,
  mention,
  unmatched,
];

/** The first guard's name that refuses; undefined where all let pass. `without` is for measuring what a guard is worth. */
export function refusedBy(comparison: Comparison, without?: ReadonlySet<GuardName>): GuardName | undefined {
  return GUARDS.find((guard) => !without?.has(guard.name) && guard.refuses(comparison))?.name;
}
