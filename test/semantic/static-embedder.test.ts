/** The tokenizer against the reference's own output, the table's file, and what the vectors are good for. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { staticTable } from '../../scripts/semantic/static-table.ts';
import { cosine } from '../../src/semantic/embedder.ts';
import { staticEmbedder } from '../../src/semantic/static/static-embedder.ts';
import { readTable } from '../../src/semantic/static/table.ts';
import { basicTokens, wordPieces } from '../../src/semantic/static/wordpiece.ts';

const file = new URL('../../src/semantic/static/table.bin', import.meta.url);
const table = staticTable();
const embedder = staticEmbedder(table);
const near = (a: string, b: string) => cosine(embedder.vector(a), embedder.vector(b));

describe('WordPiece', () => {
  const golden = JSON.parse(readFileSync(new URL('wordpiece.golden.json', import.meta.url), 'utf8')) as [
    string,
    string[],
  ][];

  it.each(golden)('cuts %j as the reference does', (text, pieces) => {
    expect(basicTokens(text).flatMap((word) => wordPieces(word, table.rows))).toEqual(pieces);
  });
});

describe('the table', () => {
  it('is at most 4 MB', () => {
    expect(readFileSync(file).byteLength).toBeLessThanOrEqual(4_000_000);
  });

  it('refuses a file that was cut or is none', () => {
    const bytes = readFileSync(file);
    const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    expect(() => readTable(whole.slice(0, whole.byteLength - 1))).toThrow('wrong length');
    expect(() => readTable(new ArrayBuffer(8))).toThrow('not a token table');
  });
});

describe('the static embedder', () => {
  it('gives unit vectors, and zeros for nothing', async () => {
    const [one, none] = await embedder.embed(['How do I bake bread?', '']);
    expect(one?.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1, 5);
    expect(one).toHaveLength(embedder.dimensions);
    expect(none?.every((x) => x === 0)).toBe(true);
    expect(near('', 'bread')).toBe(0);
  });

  it('puts what is alike nearer than what is not', () => {
    expect(near('How do I bake bread?', 'What is a good recipe for a loaf?')).toBeGreaterThan(
      near('How do I bake bread?', 'How do I repair a bicycle?') + 0.1,
    );
    expect(near('the cat slept', 'a kitten was sleeping')).toBeGreaterThan(
      near('the cat slept', 'inflation rose again'),
    );
  });

  it('is blind to order, which is why there are guards', () => {
    expect(near('MySQL to Postgres', 'Postgres to MySQL')).toBeCloseTo(1, 5);
  });
});
