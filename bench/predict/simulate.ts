/**
 * Plays sessions against one origin in virtual time, with the sidecar's own predictor, gain and ledger. The cache keeps everything;
 * the origin has slots, asks ahead only when it is idle, and ends that when real work comes, as the sidecar does.
 */
import { createHash } from 'node:crypto';
import { takeBest } from '../../origin/src/predict/gain.ts';
import { createLedger, type PredictStats } from '../../origin/src/predict/ledger.ts';
import type { Predictor } from '../../origin/src/predict/predictor.ts';
import { nextPrompt } from '../../origin/src/predict/shape.ts';
import type { Answer } from '../../src/exchange/answer.ts';
import type { ChatPrompt, Message } from '../../src/exchange/prompt.ts';
import { promptOf, type Session } from './workload.ts';

export interface Policy {
  readonly name: string;
  /** Undefined asks nothing ahead. */
  readonly predictor: Predictor | undefined;
  /** A guess must be more probable; see `breakEven`. */
  readonly least: number;
  /** Guesses for one answer. */
  readonly most: number;
}

export interface Outcome {
  readonly policy: string;
  /** Turns after the first, in the part that is measured. */
  readonly turns: number;
  /** Of them: cached by an ordinary cache, there by prefetch, generated. */
  readonly cached: number;
  readonly ahead: number;
  /** Mean seconds of waiting for a turn. */
  readonly wait: number;
  /** Tokens for people, and tokens for nothing. */
  readonly tokens: number;
  readonly wasted: number;
  readonly ledger: PredictStats;
}

const SLOTS = 4;
/** Of a small model on two cores; slots do not slow each other down here. */
const TOKENS_PER_SECOND = 18;
/** As the sidecar counts what was not asked for. */
const PATIENCE_MS = 1_800_000;
const SCOPE = 'bench';

interface Job {
  readonly key: string;
  readonly tokens: number;
  readonly endsAt: number;
  readonly beganAt: number;
}

interface Waiting {
  readonly prompt: ChatPrompt;
  readonly session: string;
  readonly gain: number;
  /** Milliseconds. */
  readonly at: number;
}

/** @param measuredFrom index of the first session that is measured: before it, the policies only learn */
export function play(sessions: readonly Session[], policy: Policy, measuredFrom: number): Outcome {
  const { predictor } = policy;
  const cache = new Set<string>();
  const events: { readonly at: number; readonly act: () => void }[] = [];
  let now = 0;
  let measuring = false;
  let ledger = createLedger(PATIENCE_MS, () => now * 1000);
  /** When each slot is free again. */
  const slots: number[] = Array.from({ length: SLOTS }, () => 0);
  let ahead: Job | undefined;
  let waiting: Waiting[] = [];
  const counts = { turns: 0, cached: 0, ahead: 0, wait: 0, tokens: 0 };

  function plan(at: number, act: () => void): void {
    let low = 0;
    let high = events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((events[middle]?.at ?? 0) > at) low = middle + 1;
      else high = middle;
    }
    events.splice(low, 0, { at, act });
  }

  const isIdle = () => ahead === undefined && slots.every((freeAt) => freeAt <= now);

  function pump(): void {
    while (isIdle()) {
      const next = takeBest(waiting, now * 1000);
      if (next === undefined) return;
      const key = keyOf(next.prompt);
      if (cache.has(key)) continue;
      const tokens = tokensOf(key);
      const job: Job = { key, tokens, beganAt: now, endsAt: now + tokens / TOKENS_PER_SECOND };
      ahead = job;
      ledger.begun(key);
      plan(job.endsAt, () => {
        if (ahead !== job) return;
        ahead = undefined;
        cache.add(key);
        ledger.ended(key, 'completed', tokens, (job.endsAt - job.beganAt) * 1000);
        pump();
      });
    }
  }

  function giveWay(): void {
    if (ahead === undefined) return;
    const written = Math.round((now - ahead.beganAt) * TOKENS_PER_SECOND);
    ledger.ended(ahead.key, 'cancelled', written, 0);
    ahead = undefined;
  }

  function think(session: string, prompt: ChatPrompt, answer: Answer): void {
    if (predictor === undefined) return;
    predictor.answered(SCOPE, session, answer);
    for (const { question, form, probability } of predictor.guesses(SCOPE, session, now * 1000).slice(0, policy.most)) {
      if (probability <= policy.least) break;
      const next = nextPrompt(prompt, answer, form, question);
      if (next?.kind === 'chat') waiting.push({ prompt: next, session, gain: probability, at: now * 1000 });
    }
    waiting.sort((a, b) => b.gain - a.gain);
    waiting.splice(32);
    pump();
  }

  function ask(session: Session, number: number, said: readonly Message[]): void {
    const turn = session.turns[number];
    if (turn === undefined) return;
    const prompt = promptOf(session, said, turn);
    const key = keyOf(prompt);
    predictor?.visited({ scope: SCOPE, session: session.id, prompt, at: now * 1000 });
    waiting = waiting.filter((other) => other.session !== session.id);
    const counted = measuring && number > 0;
    const tokens = tokensOf(key);
    const foreseen = ledger.asked(key);
    let readyAt = now;
    if (cache.has(key)) {
      if (counted) counts[foreseen ? 'ahead' : 'cached'] += 1;
    } else if (ahead?.key === key) {
      readyAt = ahead.endsAt;
      if (counted) counts.ahead += 1;
    } else {
      giveWay();
      if (number > 0) ledger.missed();
      const slot = slots.indexOf(Math.min(...slots));
      readyAt = Math.max(now, slots[slot] ?? now) + tokens / TOKENS_PER_SECOND;
      slots[slot] = readyAt;
      if (measuring) counts.tokens += tokens;
    }
    if (counted) {
      counts.turns += 1;
      counts.wait += readyAt - now;
    }
    plan(readyAt, () => {
      cache.add(key);
      const answer = answerOf(key);
      think(session.id, prompt, answer);
      const heard = [...prompt.messages.slice(1), { role: 'assistant', content: answer.content }];
      const next = session.turns[number + 1];
      if (next !== undefined) plan(now + next.think, () => ask(session, number + 1, heard));
    });
  }

  for (const [index, session] of sessions.entries())
    plan(session.at, () => {
      if (index === measuredFrom) {
        measuring = true;
        ledger = createLedger(PATIENCE_MS, () => now * 1000);
      }
      predictor?.sweep(now * 1000);
      ledger.sweep(now * 1000);
      ask(session, 0, []);
    });
  for (let event = events.pop(); event !== undefined; event = events.pop()) {
    now = event.at;
    event.act();
  }
  ledger.sweep(now * 1000 + 2 * PATIENCE_MS);
  const stats = ledger.stats();
  return {
    policy: policy.name,
    turns: counts.turns,
    cached: counts.cached,
    ahead: counts.ahead,
    wait: counts.wait / counts.turns,
    tokens: counts.tokens,
    wasted: stats.wasted_tokens,
    ledger: stats,
  };
}

function keyOf(prompt: ChatPrompt): string {
  return createHash('sha1').update(JSON.stringify(prompt.messages)).digest('hex');
}

/** 40 to some 400, the same each time that it is asked. */
function tokensOf(key: string): number {
  return Math.round(40 * 10 ** (Number.parseInt(key.slice(0, 8), 16) / 0xffffffff));
}

function answerOf(key: string): Answer {
  return {
    content: `Answer ${key}`,
    thinking: '',
    toolCalls: [],
    doneReason: 'stop',
    usage: { promptTokens: 0, completionTokens: tokensOf(key) },
    timing: { total: 1, load: 1, promptEval: 1, eval: 1 },
    createdAt: 0,
  };
}
