/** The load generator as a person runs it: real pairs, briefly, with a model that is faster than a real one. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SUMMARY_NAMES, type Summary } from '../../bench/load/report/summary.ts';

const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'load-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const FAST = ['--tokens-per-second', '400'];

interface Run {
  readonly code: number | null;
  readonly text: string;
  readonly summary: Summary;
}

function load(...args: string[]): Promise<Run> {
  const child = spawn(process.execPath, ['bench/load/main.ts', ...args, '--json', '-'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [json, text] = ['', ''];
  child.stdout.on('data', (piece: Buffer) => (json += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (text += piece.toString()));
  return new Promise((done) =>
    child.once('close', (code) => {
      done({ code, text, summary: json === '' ? ({} as Summary) : (JSON.parse(json) as Summary) });
    }),
  );
}

describe('npm run load', () => {
  it('people who ask, read and pause: a report for machines, and a page', async () => {
    const page = join(folder, 'report.html');
    const { code, text, summary } = await load(
      ...['--users', '30', '--requests', '4', '--think', '0.2', '--ramp', '1', '--tenants', '2', '--html', page],
      ...[
        ...FAST,
        '--workers',
        '2',
        '--expect',
        'errors=0',
        '--expect',
        'wrongHitRate<=0.01',
        '--expect',
        'hitRate>0.2',
      ],
    );
    expect(code, text).toBe(0);
    expect(Object.keys(summary).sort()).toEqual([...SUMMARY_NAMES].sort());
    expect(summary).toMatchObject({ users: 30, requests: 120 });
    expect(summary.p50).toBeLessThanOrEqual(summary.p95);
    expect(summary.tokensGenerated).toBeGreaterThan(0);
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('uPlot');
    expect(html).not.toMatch(/(?:src|href)=/);
  });

  it('conversations at a rate', async () => {
    const { code, text, summary } = await load(
      ...['--workload', 'chat', '--users', '20', '--rate', '20', '--duration', '4', '--start', 'cold', ...FAST],
      ...['--dialect', 'openai-chat', '--expect', 'errors=0', '--expect', 'wrongHitRate<=0.01'],
    );
    expect(code, text).toBe(0);
    expect(summary.requests).toBe(80);
  });

  it('a stampede costs one generation, and everyone reads the whole of it', async () => {
    const { code, text, summary } = await load(
      ...['stampede', '--users', '200', ...FAST, '--expect', 'errors=0', '--expect', 'wrongHitRate=0'],
      ...['--expect', 'unjudgedRate=0', '--expect', 'generations=1'],
    );
    expect(code, text).toBe(0);
    expect(summary.joinedRate + summary.exactRate).toBeCloseTo(199 / 200);
  });

  it('a short soak leaves no descriptor open, and takes no more memory than caches fill', async () => {
    const { code, text } = await load(
      ...['soak', '--duration', '10', ...FAST, '--expect', 'errors=0', '--expect', 'descriptorsLeft<=20'],
      // From the second quarter to the last; a busy machine collects garbage late.
      ...['--expect', 'memoryGrowth<=1'],
    );
    expect(code, text).toBe(0);
  });

  it('says that an expectation was not met, and what nobody answers', async () => {
    const { code, text } = await load(
      '--url',
      'http://127.0.0.1:9',
      '--users',
      '1',
      '--requests',
      '1',
      '--start',
      'cold',
    );
    expect(text).toContain('ECONNREFUSED');
    expect(code).toBe(0);
    const unmet = await load(
      ...['--url', 'http://127.0.0.1:9', '--users', '1', '--requests', '1', '--start', 'cold', '--expect', 'errors=0'],
    );
    expect(unmet.code).toBe(1);
    expect(unmet.text).toContain('FAILED errors 1 (= 0)');
  });
});
