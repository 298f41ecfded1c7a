/**
 * The predictor: learns from sessions what is asked after what, and tells what a session will probably ask next. Nothing of one
 * tenant, namespace or model is used for another. Plain data in bounded memory; time is handed in.
 */
import type { Answer } from '../../../src/exchange/answer.ts';
import type { Prompt } from '../../../src/exchange/prompt.ts';
import { createMarkov, type Form, type MarkovOptions } from './markov.ts';
import { formOf, quotable, type Shape, shapeOf } from './shape.ts';
import { createSymbols, END } from './symbols.ts';

/** One request of a session. */
export interface Visit {
  /** Whose: tenant, namespace, model. */
  readonly scope: string;
  readonly session: string;
  readonly prompt: Prompt;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What a session may ask next. */
export interface Guess {
  readonly question: string;
  readonly form: Form;
  /** 0 to 1. */
  readonly probability: number;
}

export interface Predictor {
  /** @returns whether the session had asked something before */
  visited(visit: Visit): boolean;
  /** What the session's last request was answered: the next one may quote it. */
  answered(scope: string, session: string, answer: Answer): void;
  /** The most probable first; what it has asked already is not among them. */
  guesses(scope: string, session: string, now: number): readonly Guess[];
  /** Ends sessions that have been silent for long. */
  sweep(now: number): void;
  stats(): { readonly sessions: number; readonly contexts: number; readonly symbols: number };
}

export interface PredictorOptions extends MarkovOptions {
  /** Most sessions at once, least recently active first out. */
  readonly sessions: number;
  /** Most different questions. */
  readonly symbols: number;
  /** After so long without a request a session is over, ms. */
  readonly silenceMs: number;
}

export const DEFAULTS: PredictorOptions = {
  order: 3,
  contexts: 50_000,
  successors: 32,
  halfLifeMs: 7 * 86_400_000,
  sessions: 5_000,
  symbols: 20_000,
  silenceMs: 1_800_000,
};

interface Session {
  readonly scope: string;
  readonly past: number[];
  shape: Shape;
  /** Hashes of what can be quoted of its last answer, where that is known. */
  quotable: readonly string[] | undefined;
  at: number;
}

export function createPredictor(options: PredictorOptions = DEFAULTS): Predictor {
  const markov = createMarkov(options);
  const symbols = createSymbols(options.symbols);
  /** Least recently active first. */
  const sessions = new Map<string, Session>();
  const idOf = (scope: string, session: string) => `${scope}\n${session}`;

  function end(id: string, { scope, past, at }: Session): void {
    sessions.delete(id);
    markov.learn(scope, past, END, 'other', at);
  }

  return {
    visited({ scope, session: name, prompt, at }) {
      const shape = shapeOf(prompt);
      if (shape === undefined) return false;
      const id = idOf(scope, name);
      let session = sessions.get(id);
      if (session !== undefined && at - session.at > options.silenceMs) {
        end(id, session);
        session = undefined;
      }
      const symbol = symbols.of(shape.question);
      if (session === undefined) {
        sessions.set(id, { scope, past: [symbol], shape, quotable: undefined, at });
        const [oldest] = sessions;
        if (sessions.size > options.sessions && oldest !== undefined) end(...oldest);
        return false;
      }
      // The same request again (a retry, another tab) is no step.
      if (shape.whole !== session.shape.whole || shape.question !== session.shape.question) {
        markov.learn(scope, session.past, symbol, formOf(session.shape, shape, session.quotable), at);
        session.past.push(symbol);
        if (session.past.length > options.order) session.past.shift();
        session.shape = shape;
        session.quotable = undefined;
      }
      session.at = at;
      sessions.delete(id);
      sessions.set(id, session);
      return true;
    },
    answered(scope, name, answer) {
      const session = sessions.get(idOf(scope, name));
      if (session !== undefined) session.quotable = quotable(answer);
    },
    guesses(scope, name, now) {
      const session = sessions.get(idOf(scope, name));
      if (session === undefined) return [];
      const guesses: Guess[] = [];
      for (const { symbol, form, probability } of markov.predict(scope, session.past, now)) {
        const question = symbol === END || form === 'other' ? undefined : symbols.text(symbol);
        if (question !== undefined) guesses.push({ question, form, probability });
      }
      return guesses;
    },
    sweep(now) {
      for (const [id, session] of sessions) {
        if (now - session.at <= options.silenceMs) break;
        end(id, session);
      }
    },
    stats: () => ({ sessions: sessions.size, contexts: markov.contexts, symbols: symbols.size }),
  };
}
