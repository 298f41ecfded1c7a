/** An outage is told, and does not flood the log. */
import { expect, it } from 'vitest';
import { createWarn } from '../src/warn.ts';

it('says the same once in ten seconds, then how often it was so', () => {
  const lines: string[] = [];
  let now = 0;
  const warn = createWarn(
    (line) => lines.push(line),
    () => now,
  );
  for (let at = 0; at < 100; at++) warn('kv get failed');
  warn('kv put failed');
  expect(lines).toEqual(['kv get failed', 'kv put failed']);
  now = 10_000;
  warn('kv get failed');
  now = 25_000;
  warn('kv get failed');
  expect(lines.slice(2)).toEqual(['kv get failed (and 99 times since the last such line)', 'kv get failed']);
});

it('keeps no more than it must of words that never come again', () => {
  const lines: string[] = [];
  const warn = createWarn((line) => lines.push(line));
  for (let at = 0; at < 1_000; at++) warn(`failed: ${at}`);
  expect(lines).toHaveLength(1_000);
});
