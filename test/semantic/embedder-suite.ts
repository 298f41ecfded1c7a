/** What every embedder must do. A new embedder registers here with three lines. */
import { beforeAll, describe, expect, it } from 'vitest';
import { CALIBRATIONS } from '../../src/semantic/calibration.ts';
import { cosine, type Embedder } from '../../src/semantic/embedder.ts';

export function describeEmbedder(name: string, create: () => Promise<Embedder> | Embedder): void {
  describe(`the ${name} embedder`, () => {
    let embedder: Embedder;
    beforeAll(async () => {
      embedder = await create();
    });
    const vectorOf = async (text: string): Promise<Float32Array> => (await embedder.embed([text]))[0] as Float32Array;

    it('has its name and a calibration', () => {
      expect(embedder.name).toBe(name);
      expect(CALIBRATIONS[embedder.name]).toBeDefined();
    });

    it('gives unit vectors of its length, one a text, in order', async () => {
      const texts = ['how to reset my router', 'the capital of France', 'naïve 🦙 漢字', 'x'.repeat(2_000)];
      const vectors = await embedder.embed(texts);
      expect(vectors).toHaveLength(texts.length);
      for (const [at, vector] of vectors.entries()) {
        expect(vector).toBeInstanceOf(Float32Array);
        expect(vector).toHaveLength(embedder.dimensions);
        expect(Math.hypot(...vector)).toBeCloseTo(1, 3);
        expect(cosine(vector, await vectorOf(texts[at] as string))).toBeCloseTo(1, 3);
      }
    });

    it('gives nothing for nothing', async () => {
      expect(await embedder.embed([])).toEqual([]);
    });

    it('puts what shares its meaning nearer than what does not', async () => {
      const [question, alike, other] = await embedder.embed([
        'how to reset my router',
        'the way to reset a router',
        'who painted the ceiling of the chapel',
      ]);
      const near = cosine(question as Float32Array, alike as Float32Array);
      expect(near).toBeGreaterThan(cosine(question as Float32Array, other as Float32Array) + 0.2);
    });
  });
}
