import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Ask, Shape } from '../../bench/load/workload/ask.ts';
import { random } from '../../bench/load/workload/random.ts';
import { TOPICS, wordingsOf } from '../../bench/load/workload/topics.ts';
import { WORKLOAD_NAMES, workload } from '../../bench/load/workload/workloads.ts';
import { zipf } from '../../bench/load/workload/zipf.ts';
import { answerTo } from '../../bench/simulated-ollama/model/knowledge.ts';
import { seeded } from '../../bench/simulated-ollama/model/seed.ts';
import { tokensOf } from '../../bench/simulated-ollama/model/tokens.ts';

const shape: Shape = { seed: 't', exponent: 1, streaming: 0.5, tenants: 2, models: ['a', 'b'] };
const asks = (name: string, people: number, each: number, over: Partial<Shape> = {}): Ask[] => {
  const about = workload(name, { ...shape, ...over });
  return Array.from({ length: people }, (_, index) => about.person(index)).flatMap((person) =>
    Array.from({ length: each }, () => person.next('an answer')),
  );
};
const lastTurn = (ask: Ask) => ask.messages.at(-1)?.content ?? '';

describe('Zipf', () => {
  it('draws the n-th rank in proportion to 1 / n^s', () => {
    const chance = random('zipf');
    const draw = zipf(50, 1);
    const counts = new Array<number>(50).fill(0);
    for (let at = 0; at < 100_000; at += 1) {
      const rank = draw(chance);
      counts[rank] = (counts[rank] ?? 0) + 1;
    }
    const harmonic = Array.from({ length: 50 }, (_, at) => 1 / (at + 1)).reduce((sum, part) => sum + part);
    for (const rank of [0, 1, 4, 9]) {
      const expected = 100_000 / (rank + 1) / harmonic;
      expect(Math.abs((counts[rank] ?? 0) - expected)).toBeLessThan(6 * Math.sqrt(expected));
    }
  });

  it('is uniform with exponent 0, and stays in range', () => {
    const chance = random('uniform');
    const draw = zipf(4, 0);
    const drawn = Array.from({ length: 4_000 }, () => draw(chance));
    for (const rank of [0, 1, 2, 3])
      expect(Math.abs(drawn.filter((one) => one === rank).length - 1_000)).toBeLessThan(200);
  });
});

describe.each(WORKLOAD_NAMES)('the workload %s', (name) => {
  it('is the same for the same seed, person by person, and another for another seed', () => {
    expect(asks(name, 5, 4)).toEqual(asks(name, 5, 4));
    expect(asks(name, 5, 4)).not.toEqual(asks(name, 5, 4, { seed: 'other' }));
  });

  it('asks whole requests only, the user last', () => {
    for (const ask of asks(name, 200, 6)) {
      expect(shape.models).toContain(ask.model);
      expect(ask.messages.at(-1)?.role).toBe('user');
      expect(ask.messages[0]?.role).not.toBe('assistant');
    }
  });

  it('never gives one truth to two tenants, models or system prompts', () => {
    const places = new Map<string, string>();
    for (const ask of asks(name, 40, 10)) {
      const place = JSON.stringify([ask.tenant, ask.model, ask.messages.filter(({ role }) => role === 'system')]);
      expect(places.get(ask.truth) ?? place).toBe(place);
      places.set(ask.truth, place);
    }
  });
});

describe('faq', () => {
  it('names one truth for all wordings of a topic, and another for each topic', () => {
    const texts = TOPICS.flatMap((topic) => wordingsOf(topic).map((text) => text.toLowerCase()));
    expect(new Set(texts).size).toBe(texts.length);
    const truths = new Map<string, Set<string>>();
    for (const ask of asks('faq', 300, 10, { tenants: 1, models: ['a'] })) {
      const known = truths.get(ask.truth) ?? new Set();
      truths.set(ask.truth, known.add(lastTurn(ask)));
    }
    expect(truths.size).toBe(TOPICS.length);
    expect(Math.max(...[...truths.values()].map(({ size }) => size))).toBeGreaterThan(20);
  });

  it('gets other words from the simulated model for each topic: right and wrong are told apart by the words', () => {
    const topicOf = new Map<string, string>();
    for (const ask of asks('faq', 300, 10, { tenants: 1, models: ['a'] })) {
      const question = lastTurn(ask);
      const words = tokensOf(answerTo(question, seeded(question)))
        .slice(0, ask.maxTokens)
        .join('');
      expect(topicOf.get(words) ?? ask.truth, words).toBe(ask.truth);
      topicOf.set(words, ask.truth);
    }
  });

  it('knows each question once for each tenant and model', () => {
    const { known } = workload('faq', shape);
    expect(known).toHaveLength(TOPICS.length * 4);
    expect(new Set(known.map(({ truth }) => truth)).size).toBe(known.length);
  });
});

describe('chat', () => {
  it('carries the answers that came, and asks another thing where another one came', () => {
    const [one, other] = [workload('chat', shape).person(3), workload('chat', shape).person(3)];
    const follow = (person: typeof one, reply: string) => {
      for (let at = 0; at < 50; at += 1) {
        const ask = person.next(reply);
        if (ask.messages.length === 3) return ask;
      }
      throw new Error('never a follow-up');
    };
    const [a, b] = [follow(one, 'yes'), follow(other, 'no')];
    expect(a.messages[1]).toEqual({ role: 'assistant', content: 'yes' });
    expect(a.session).toBe(b.session);
    expect(a.truth).not.toBe(b.truth);
  });
});

describe('a log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'load-log-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (text: string) => {
    const path = join(folder, `${Math.random()}.jsonl`);
    writeFileSync(path, text);
    return path;
  };

  it('is asked line by line, and lines of one truth may share an answer', () => {
    const path = file(
      '{"prompt":"A?","truth":"a"}\n\n{"prompt":"Also a?","truth":"a","max_tokens":9}\n{"prompt":"B?"}\n',
    );
    const all = asks(path, 1, 3, { tenants: 1 });
    expect(all.map(lastTurn).sort()).toEqual(['A?', 'Also a?', 'B?']);
    expect(new Set(all.map(({ truth }) => truth)).size).toBe(2);
    expect(all.find((ask) => lastTurn(ask) === 'Also a?')?.maxTokens).toBe(9);
  });

  it.each([
    ['{"prompt":"A?"}\n{"question":"B?"}', ':2: has either a prompt or messages'],
    ['{"prompt":"A?"}\nnot JSON', ':2: SyntaxError'],
    ['\n', 'no line with a prompt'],
  ])('names the line that cannot be read: %j', (text, message) => {
    expect(() => workload(file(text), shape)).toThrow(message);
  });
});
