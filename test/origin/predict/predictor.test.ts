import { describe, expect, it } from 'vitest';
import { breakEven, expectedGain, takeBest } from '../../../origin/src/predict/gain.ts';
import { createLedger } from '../../../origin/src/predict/ledger.ts';
import { createPredictor, DEFAULTS, type Predictor } from '../../../origin/src/predict/predictor.ts';
import { nextPrompt } from '../../../origin/src/predict/shape.ts';
import { createSymbols } from '../../../origin/src/predict/symbols.ts';
import type { Answer } from '../../../src/exchange/answer.ts';
import type { ChatPrompt, Message, TextPrompt } from '../../../src/exchange/prompt.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const answerOf = (content: string, context?: readonly number[]): Answer => ({
  content,
  thinking: '',
  toolCalls: [],
  doneReason: 'stop',
  usage: { promptTokens: 1, completionTokens: 1 },
  timing: { total: 1, load: 1, promptEval: 1, eval: 1 },
  createdAt: NOW,
  ...(context && { context }),
});
const SYSTEM: Message = { role: 'system', content: 'Be brief.' };
const chat = (...messages: readonly Message[]): ChatPrompt => ({
  kind: 'chat',
  model: 'm:latest',
  options: {},
  messages: [SYSTEM, ...messages],
});
const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });

/** A conversation with its whole history in each request; answers are echoes. */
function converse(
  predictor: Predictor,
  session: string,
  turns: readonly string[],
  at: number,
  scope = 'a',
): ChatPrompt {
  let prompt = chat();
  for (const [index, turn] of turns.entries()) {
    prompt = { ...prompt, messages: [...prompt.messages, user(turn)] };
    predictor.visited({ scope, session, prompt, at: at + index * 1_000 });
    predictor.answered(scope, session, answerOf(`re: ${turn}`));
    if (index < turns.length - 1) prompt = { ...prompt, messages: [...prompt.messages, assistant(`re: ${turn}`)] };
  }
  return prompt;
}

describe('the predictor', () => {
  it('knows what follows in a conversation, and that the next request quotes this answer', () => {
    const predictor = createPredictor();
    for (let number = 0; number < 4; number++)
      converse(predictor, `s${number}`, ['Hello', 'What does it cost?', 'How do I pay?'], NOW);
    const last = converse(predictor, 'now', ['hello!', 'what does it COST'], NOW + MINUTE);
    const [guess] = predictor.guesses('a', 'now', NOW + MINUTE);
    expect(guess).toMatchObject({ question: 'How do I pay?', form: 'follow-up' });
    expect(guess?.probability).toBeGreaterThan(0.7);
    const next = nextPrompt(last, answerOf('Ten.'), guess?.form ?? 'other', guess?.question ?? '');
    expect(next).toEqual(
      chat(
        user('hello!'),
        assistant('re: hello!'),
        user('what does it COST'),
        assistant('Ten.'),
        user('How do I pay?'),
      ),
    );
  });

  it('knows questions that stand alone, and texts that go on with a context', () => {
    const predictor = createPredictor();
    for (let number = 0; number < 4; number++)
      for (const [index, turn] of ['one', 'two'].entries())
        predictor.visited({ scope: 'a', session: `s${number}`, prompt: chat(user(turn)), at: NOW + index });
    predictor.visited({ scope: 'a', session: 'now', prompt: chat(user('one')), at: NOW });
    expect(predictor.guesses('a', 'now', NOW)[0]).toMatchObject({ question: 'two', form: 'alone' });
    expect(nextPrompt(chat(user('one')), answerOf('x'), 'alone', 'two')).toEqual(chat(user('two')));

    const text = (prompt: string, context?: readonly number[]): TextPrompt => ({
      kind: 'text',
      model: 'm:latest',
      options: {},
      prompt,
      ...(context && { context }),
    });
    for (let number = 0; number < 4; number++) {
      predictor.visited({ scope: 'b', session: `s${number}`, prompt: text('first'), at: NOW });
      predictor.answered('b', `s${number}`, answerOf('x', [number, 1]));
      predictor.visited({ scope: 'b', session: `s${number}`, prompt: text('second', [number, 1]), at: NOW + 1 });
    }
    predictor.visited({ scope: 'b', session: 'now', prompt: text('first'), at: NOW });
    expect(predictor.guesses('b', 'now', NOW)[0]).toMatchObject({ question: 'second', form: 'follow-up' });
    expect(nextPrompt(text('first'), answerOf('x', [7, 8]), 'follow-up', 'second')).toEqual(text('second', [7, 8]));
    expect(nextPrompt(text('first'), answerOf('x'), 'follow-up', 'second')).toBeUndefined();
  });

  it('does not guess what a client made of the answer itself', () => {
    const predictor = createPredictor();
    for (let number = 0; number < 6; number++) {
      const session = `s${number}`;
      predictor.visited({ scope: 'a', session, prompt: chat(user('one')), at: NOW });
      predictor.answered('a', session, answerOf('the answer'));
      const prompt = chat(user('one'), assistant('THE ANSWER, edited'), user('two'));
      predictor.visited({ scope: 'a', session, prompt, at: NOW + 1 });
    }
    predictor.visited({ scope: 'a', session: 'now', prompt: chat(user('one')), at: NOW });
    expect(predictor.guesses('a', 'now', NOW).filter(({ probability }) => probability > 0.1)).toEqual([]);
  });

  it('counts that sessions end: what most never ask is not likely', () => {
    const predictor = createPredictor();
    for (let number = 0; number < 20; number++)
      converse(predictor, `s${number}`, number < 4 ? ['one', 'two'] : ['one'], NOW + number);
    const later = NOW + 31 * MINUTE;
    predictor.sweep(later);
    expect(predictor.stats().sessions).toBe(0);
    converse(predictor, 'now', ['one'], later);
    expect(predictor.guesses('a', 'now', later)[0]?.probability).toBeLessThan(0.25);
  });

  it('keeps tenants apart, takes a retry for no step, and stays within its bounds', () => {
    const predictor = createPredictor({ ...DEFAULTS, sessions: 50, symbols: 100 });
    for (let number = 0; number < 5; number++) converse(predictor, `s${number}`, ['one', 'two'], NOW, 'tenant x');
    converse(predictor, 'now', ['one'], NOW, 'tenant y');
    expect(predictor.guesses('tenant y', 'now', NOW)).toEqual([]);
    converse(predictor, 'now', ['one'], NOW, 'tenant x');
    converse(predictor, 'now', ['one'], NOW + 5, 'tenant x');
    expect(predictor.guesses('tenant x', 'now', NOW)[0]).toMatchObject({ question: 'two' });
    for (let number = 0; number < 500; number++)
      converse(predictor, `many ${number}`, [`q ${number}`, `r ${number}`], NOW + number);
    expect(predictor.stats().sessions).toBeLessThanOrEqual(50);
    expect(predictor.stats().symbols).toBeLessThanOrEqual(100);
  });
});

describe('symbols', () => {
  it('are one for one question however it is typed, written as it mostly is', () => {
    const symbols = createSymbols(10);
    const [one] = ['How much?', 'how  much', 'How much?', 'HOW MUCH!'].map((text) => symbols.of(text));
    expect(symbols.of('how much')).toBe(one);
    expect(symbols.text(one ?? 0)).toBe('How much?');
    expect(symbols.of('How many?')).not.toBe(one);
    for (let number = 0; number < 20; number++) symbols.of(`other ${number}`);
    expect(symbols.text(one ?? 0)).toBeUndefined();
    expect(symbols.size).toBe(10);
  });
});

describe('the gain', () => {
  it('is above zero just past the break-even', () => {
    for (const waste of [0, 0.25, 1, 4]) {
      const even = breakEven(waste);
      expect(expectedGain(even, 1_000, waste)).toBeCloseTo(0, 6);
      expect(expectedGain(even + 0.01, 1_000, waste)).toBeGreaterThan(0);
    }
    expect(breakEven(0.25)).toBeCloseTo(0.2, 6);
  });

  it('fades: a new guess goes before a better one that has waited, and in the end it is out of date', () => {
    const guesses = [
      { name: 'old', gain: 90, at: 0 },
      { name: 'new', gain: 50, at: 30_000 },
      { name: 'newest', gain: 40, at: 31_000 },
    ];
    expect(takeBest(guesses, 31_000)?.name).toBe('new');
    expect(takeBest(guesses, 70_000)?.name).toBe('newest');
    expect(guesses).toEqual([]);
    expect(takeBest(guesses, 70_000)).toBeUndefined();
  });
});

describe('the ledger', () => {
  it('counts what was used, in the air or from disk, and what was for nothing', () => {
    let now = 0;
    const ledger = createLedger(1_000, () => now);
    for (const key of ['used', 'joined', 'unused', 'cut', 'failed']) ledger.begun(key);
    ledger.ended('used', 'completed', 10, 500);
    expect(ledger.asked('used')).toBe(true);
    expect(ledger.asked('used')).toBe(false);
    expect(ledger.asked('joined')).toBe(true);
    ledger.ended('joined', 'completed', 10, 700);
    ledger.ended('unused', 'completed', 20, 500);
    ledger.ended('cut', 'cancelled', 5, 100);
    ledger.ended('failed', 'failed', 0, 10);
    ledger.missed();
    ledger.missed();
    expect(ledger.stats()).toMatchObject({ open: 1, unused: 0, wasted_tokens: 5 });
    now = 1_001;
    ledger.sweep(now);
    expect(ledger.stats()).toEqual({
      begun: 5,
      completed: 3,
      cancelled: 1,
      failed: 1,
      used: 2,
      unused: 1,
      open: 0,
      missed: 2,
      precision: 0.4,
      recall: 0.5,
      tokens: 45,
      wasted_tokens: 25,
      saved_ms: 1_200,
    });
  });
});
