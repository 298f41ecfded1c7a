/**
 * A generated workload of sessions: some follow a procedure (what comes next depends on the last two questions), some look around in
 * a list of frequent questions, some say what nobody said before. Half of the conversations begin with words of their own (the
 * user's name, the date), so that no two of them share a cached answer however alike they are.
 */
import type { ChatPrompt, Message } from '../../src/exchange/prompt.ts';
import { type Random, random } from '../load/workload/random.ts';

export interface Turn {
  /** Seconds that the person thinks before it, after the last answer. */
  readonly think: number;
  readonly question: string;
  /** Whether the history goes with it. */
  readonly follows: boolean;
}

export interface Session {
  readonly id: string;
  /** Seconds from the beginning. */
  readonly at: number;
  readonly system: string;
  readonly turns: readonly Turn[];
}

export interface WorkloadOptions {
  readonly seed: string;
  readonly sessions: number;
  /** Mean seconds between two sessions' beginnings. */
  readonly every: number;
}

const PROCEDURES = 24;
const STEPS = 7;
const FREQUENT = 200;
/** How often somebody in a procedure asks something else. */
const ASTRAY = 0.15;
/** Chance that a session goes on after a turn. */
const GOES_ON = 0.78;
const KINDS = [
  ['procedure', 0.45],
  ['frequent', 0.25],
  ['own', 0.3],
] as const;

export function sessionsOf({ seed, sessions, every }: WorkloadOptions): readonly Session[] {
  const dice = random(seed);
  let at = 0;
  return Array.from({ length: sessions }, (_, number) => {
    at += dice.exponential(every);
    const kind = pick(dice, KINDS);
    const turns = kind === 'procedure' ? procedure(dice) : kind === 'frequent' ? frequent(dice) : own(dice, number);
    const system = dice.next() < 0.5 ? 'You help the customers.' : `You help customer ${number}.`;
    return { id: `session ${number}`, at, system, turns };
  });
}

/** An order of one is not enough: "and then?" is asked in every procedure. */
function procedure(dice: Random): Turn[] {
  const which = zipf(dice, PROCEDURES);
  const turns: Turn[] = [];
  for (let step = 0; step < STEPS && (step === 0 || dice.next() < GOES_ON); step++) {
    const strays = step > 0 && dice.next() < ASTRAY;
    const usual = step % 2 === 1 ? 'And then?' : `How do I do step ${step} of procedure ${which}?`;
    turns.push(turn(dice, strays ? `What does word ${zipf(dice, 40)} mean?` : usual, step > 0));
  }
  return turns;
}

function frequent(dice: Random): Turn[] {
  const turns: Turn[] = [];
  let last = zipf(dice, FREQUENT);
  do {
    turns.push(turn(dice, `Frequent question ${last}?`, false));
    // Half of them look for what is beside it in the list.
    last = dice.next() < 0.5 ? (last + 1) % FREQUENT : zipf(dice, FREQUENT);
  } while (dice.next() < GOES_ON);
  return turns;
}

function own(dice: Random, number: number): Turn[] {
  const turns: Turn[] = [];
  do turns.push(turn(dice, `My own question ${number}.${turns.length}: ${dice.next()}`, turns.length > 0));
  while (dice.next() < GOES_ON);
  return turns;
}

/** Thinking times are log-normal with a median of 12 s; one in ten types without capitals, which is another prompt. */
function turn(dice: Random, question: string, follows: boolean): Turn {
  const think = 12 * Math.exp(0.8 * normal(dice));
  return { think, question: dice.next() < 0.1 ? question.toLowerCase() : question, follows };
}

export function promptOf(session: Session, said: readonly Message[], { question, follows }: Turn): ChatPrompt {
  const system: Message = { role: 'system', content: session.system };
  const messages = [system, ...(follows ? said : []), { role: 'user', content: question }];
  return { kind: 'chat', model: 'm:latest', options: {}, messages };
}

function pick<T extends string>(dice: Random, of: readonly (readonly [T, number])[]): T {
  let left = dice.next();
  for (const [name, share] of of) {
    left -= share;
    if (left < 0) return name;
  }
  return of[0]?.[0] as T;
}

/** 0 to count - 1, each 1/(n+1) as often as the first. */
function zipf(dice: Random, count: number): number {
  let total = 0;
  for (let at = 1; at <= count; at++) total += 1 / at;
  let left = dice.next() * total;
  for (let at = 0; at < count; at++) {
    left -= 1 / (at + 1);
    if (left < 0) return at;
  }
  return count - 1;
}

function normal(dice: Random): number {
  return Math.sqrt(-2 * Math.log(1 - dice.next())) * Math.cos(2 * Math.PI * dice.next());
}
