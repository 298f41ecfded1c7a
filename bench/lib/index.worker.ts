/** A Worker around the local index alone: fills a partition, and asks it. */
import { localIndex, shardsOf } from '../../src/semantic/local-index.ts';

// The objects that wrangler.toml names.
export * from '../../src/index.ts';

interface Env {
  readonly SEMANTIC_INDEX: Parameters<typeof localIndex>[0];
}

const DIMENSIONS = 128;
const BATCH = 500;
const FULL = 'a'.repeat(64);
const EMPTY = `a${'b'.repeat(63)}`;
let seed = 1;

/** mulberry32, -1 to 1 */
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2_147_483_648 - 1;
}

/** A unit vector whose components fall off as those of the embedder do: the first half holds two thirds of its length's square. */
function someVector(): Float32Array {
  const vector = Float32Array.from(
    { length: DIMENSIONS },
    (_, at) => (random() + random() + random()) / Math.sqrt(1 + at / 24),
  );
  const length = Math.hypot(...vector);
  return vector.map((component) => component / length);
}

export default {
  async fetch(request: Request, { SEMANTIC_INDEX }: Env): Promise<Response> {
    await request.text();
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/fill') {
      const now = Date.now();
      for (let left = Number(searchParams.get('count')); left > 0; left -= BATCH)
        await shardsOf(SEMANTIC_INDEX).add(
          Array.from({ length: Math.min(BATCH, left) }, () => ({
            key: crypto.randomUUID(),
            partition: FULL,
            tenant: 'bench',
            namespace: '',
            model: 'm',
            tags: [],
            vector: someVector(),
            question: 'What is the question that takes about as many characters as questions do?',
            addedAt: now,
            expiresAt: now + 86_400_000,
          })),
        );
      return new Response('filled');
    }
    const found = await localIndex(SEMANTIC_INDEX).nearest(pathname === '/full' ? FULL : EMPTY, someVector(), 8);
    return new Response(String(found.length).padStart(2, '0'));
  },
};
