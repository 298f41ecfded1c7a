/** The evaluation from outside: each option, its object, and what it says of bad input. And the arithmetic behind its tables. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fitCosine, fitWeights } from '../../scripts/semantic/fit.ts';
import { curve, measure, wilson } from '../../scripts/semantic/measures.ts';
import { FEATURES, logistic, lowestCosine, similarityOf } from '../../src/semantic/calibration.ts';

const PAIRS = [
  { a: 'How do I fold a map?', b: "What's the best way to fold a map?", same: true, source: 'ours', kind: 'how' },
  { a: 'How do I fold a map?', b: 'How do I fold a tent?', same: false, source: 'ours', kind: 'how' },
  { a: 'Is a map flat?', b: 'Is the map flat?', same: true, source: 'ours', kind: 'whether' },
  { a: 'Do owls hunt?', b: 'Do people whistle?', same: true, source: 'ours', kind: 'lost' },
  { a: 'Can I fold 2 maps?', b: 'Can I fold 3 maps?', same: false },
];

let folder = '';
const file = (name: string) => join(folder, name);
const write = (name: string, text: string) => {
  writeFileSync(file(name), text);
  return file(name);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'eval-'));
  write('pairs.jsonl', `${PAIRS.map((pair) => JSON.stringify(pair)).join('\n')}\n\n`);
  write('cosines.txt', '0.9\n0.2\n0.9\n-0.1\n0.99\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

function evaluate(...args: string[]) {
  const program = new URL('../../scripts/eval-semantic.ts', import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr: stderr.replace(/\(node:\d+\).*\n.*trace-warnings.*\n/g, '') };
}
const onPairs = (...args: string[]) => evaluate('--pairs', file('pairs.jsonl'), ...args);

describe('npm run eval:semantic', () => {
  it('prints one object with --json', () => {
    expect(JSON.parse(onPairs('--json').stdout)).toEqual({
      embedder: 'static',
      threshold: 0.85,
      rows: [
        { source: 'ours', kind: 'how', same: true, pairs: 1, hits: 1 },
        { source: 'ours', kind: 'how', same: false, pairs: 1, hits: 0 },
        { source: 'ours', kind: 'whether', same: true, pairs: 1, hits: 1 },
        { source: 'ours', kind: 'lost', same: true, pairs: 1, hits: 0 },
        { source: 'unknown', kind: 'unknown', same: false, pairs: 1, hits: 0 },
      ],
      precision: 1,
      recall: 2 / 3,
    });
  });

  it('has a table of kinds, the reasons, the curve, plain cosines, each guard left out, and wrong decisions', () => {
    const { stdout, status } = onPairs('--ablation', '--errors', '1', '--cosines', file('cosines.txt'));
    expect(status).toBe(0);
    expect(stdout).toMatch(/ours: how +2 +1 +100\.0 % +100\.0 % +0\.0 % \(0\.0 % to 79\.3 %\)/);
    expect(stdout).toMatch(/numbers +1, rightly 100\.0 %/);
    expect(stdout).toMatch(/ours: threshold, hit ratio, precision, recall/);
    expect(stdout).toMatch(/plain cosine by static, ours/);
    expect(stdout).toMatch(/plain cosine by .*cosines\.txt, unknown[^\n]*\n {2}0\.80 +100\.0 % +0\.0 % +- +100\.0 %/);
    expect(stdout).toMatch(/ {2}antonym +ours +100\.0 %/);
    expect(stdout).toMatch(/Do owls hunt\? \| Do people whistle\?/);
  });

  it("judges with another embedder's cosines and calibration, at another threshold", () => {
    const { embedder, threshold, rows } = JSON.parse(
      onPairs('--json', '--embedder', 'ollama', '--cosines', file('cosines.txt'), '--threshold', '0.999').stdout,
    );
    expect({ embedder, threshold }).toEqual({ embedder: 'ollama', threshold: 0.999 });
    expect(rows[0]).toMatchObject({ kind: 'how', same: true, hits: 0 });
  });

  it('writes what an embedder is given', () => {
    expect(onPairs('--texts', file('texts.jsonl')).status).toBe(0);
    expect(readFileSync(file('texts.jsonl'), 'utf8').split('\n')[0]).toBe(
      '{"a":"how to fold a map","b":"how to fold a map"}',
    );
  });

  it('fits a calibration', () => {
    const { calibration, weights, pairs } = JSON.parse(onPairs('--fit').stdout);
    expect(pairs).toBe(PAIRS.length);
    expect([...Object.values(calibration), ...Object.values(weights)].every(Number.isFinite)).toBe(true);
  });

  it.each([
    [['--pairs', 'none.jsonl'], /none\.jsonl/],
    [[], /--pairs FILE is missing/],
    [['--embedder', 'bert'], /--embedder is one of static, ollama, workers-ai/],
    [['--embedder', 'ollama'], /--embedder ollama needs its --cosines FILE/],
    [['--threshold', '1.5'], /--threshold is a number from 0 to 1/],
    [['--threshold', ''], /--threshold is a number from 0 to 1/],
    [['--errors', 'many'], /--errors is a number/],
    [['--colour'], /Unknown option '--colour'/],
  ])('%j: says what is wrong', (args, message) => {
    const whole = args.length === 0 || args[0] === '--pairs' ? args : ['--pairs', file('pairs.jsonl'), ...args];
    const { status, stderr, stdout } = evaluate(...whole);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
  });

  it.each([
    ['not JSON', '{"a":"x","b":"y","same":true}\n\n{a}\n', /lines\.jsonl:3: /],
    ['a label that is none', '{"a":"x","b":"y","same":"yes"}\n', /lines\.jsonl:1: same: .*boolean/],
    ['a text that is missing', '{"a":"x","same":true}\n', /lines\.jsonl:1: b: .*string/],
    ['nothing', '\n', /no pairs/],
  ])('names the line of %s', (_, text, message) => {
    const { status, stderr } = evaluate('--pairs', write('lines.jsonl', text), '--json');
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  it.each([
    ['0.9\n0.2\n', /5 cosines expected, 2 found/],
    ['0.9\nx\n0.9\n0.1\n0.9\n', /cosines-wrong\.txt:2: a cosine from -1 to 1 expected/],
  ])('wants one cosine a pair: %j', (text, message) => {
    const { status, stderr } = onPairs('--cosines', write('cosines-wrong.txt', text));
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('measures', () => {
  it('gives the score interval of a share', () => {
    // Newcombe 1998, table I: 81 of 263, and 0 of 20.
    expect(wilson(81, 263)).toEqual({ low: expect.closeTo(0.2553, 4), high: expect.closeTo(0.3662, 4) });
    expect(wilson(0, 20)).toEqual({ low: 0, high: expect.closeTo(0.1611, 4) });
  });

  it('leaves open what has no ground', () => {
    expect(measure([{ same: true, hit: false }])).toEqual({
      pairs: 1,
      hits: 0,
      precision: undefined,
      recall: 0,
      falseHits: undefined,
    });
  });

  it('trades hits for precision along the curve', () => {
    const scored = [
      { same: true, score: 0.9 },
      { same: false, score: 0.7 },
      { same: true, score: 0.6 },
      { same: false, score: 0.1 },
    ];
    expect(curve(scored, [0.5, 0.8])).toEqual([
      { threshold: 0.5, hitRatio: 0.75, precision: 2 / 3, recall: 1 },
      { threshold: 0.8, hitRatio: 0.25, precision: 1, recall: 0.5 },
    ]);
  });
});

describe('the calibration', () => {
  /** Labels drawn evenly from known log odds. */
  const drawn = (odds: (x: number) => number) =>
    Array.from({ length: 2000 }, (_, i) => {
      const cosine = (i % 100) / 100;
      const same = ((i * 7919) % 2000) / 2000 < logistic(odds(cosine));
      return { evidence: { cosine, listed: 0, derived: 0, length: 1, overlap: 0.5 }, same };
    });

  it('is found again from labels that it made', () => {
    const { intercept, slope } = fitCosine(drawn((x) => -4 + 6 * x));
    expect(intercept).toBeCloseTo(-4, 0);
    expect(slope).toBeCloseTo(6, 0);
    expect(
      fitWeights(
        drawn((x) => -4 + 6 * x),
        { intercept: -4, slope: 6 },
      ).vector,
    ).toBeCloseTo(1, 0);
  });

  it('says which cosines need not be looked at', () => {
    const calibration = { intercept: -5.7, slope: 6.8 };
    const lowest = lowestCosine(0.85, calibration);
    const best = { listed: 0, derived: 0, length: Math.log1p(30), overlap: 1 };
    expect(similarityOf({ ...best, cosine: lowest }, calibration)).toBeCloseTo(0.85, 6);
    expect(similarityOf({ ...best, cosine: lowest - 0.05 }, calibration)).toBeLessThan(0.85);
    expect(FEATURES).not.toContain('cosine');
  });
});
