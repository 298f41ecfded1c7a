/** Guard: a reason why two prompts must not share an answer, however near their vectors are. Pure; a new guard is a new file. */
import type { Alignment } from '../alignment.ts';
import type { Reading } from '../reading.ts';

export const GUARD_NAMES = [
  'numbers',
  'code',
  'language',
  'negation',
  'antonym',
  'quantifier',
  'tense',
  'question',
  'person',
  'conjunction',
  'order',
  'role',
  'name',
  'unmatched',
  'mention',
  'payload',
  'verb',
] as const;
export type GuardName = (typeof GUARD_NAMES)[number];

export interface Comparison {
  readonly a: Reading;
  readonly b: Reading;
  readonly alignment: Alignment;
}

export interface Guard {
  readonly name: GuardName;
  /** True where the two must not share an answer. */
  refuses(comparison: Comparison): boolean;
}
