/**
 * Packed: a partition's vectors side by side, for exact search. A row is given up as soon as what is left of it cannot make it one of
 * the nearest: by the inequality of Cauchy and Schwarz, the rest adds no more than the product of the two rests' lengths.
 */
import { type Quantised, quantise } from './quantised.ts';
import type { Neighbour } from './vector-index.ts';

export interface PackedRow {
  readonly key: string;
  readonly question: string;
  /** Milliseconds since the epoch. */
  readonly addedAt: number;
  readonly expiresAt: number;
  readonly vector: Quantised;
}

export interface Packed {
  readonly size: number;
  /** Adds or replaces by key. */
  set(row: PackedRow): void;
  delete(key: string): void;
  /** The nearest that have not expired, best first. */
  nearest(vector: Float32Array, count: number, now: number): Neighbour[];
}

type Row = Omit<PackedRow, 'vector'>;

/** The share of components after which a row may be given up. */
const HEAD = 3 / 8;
const SMALLEST = 16;

/** @param most rows; with one more, the one that was added first goes */
export function packed(dimensions: number, most = Number.POSITIVE_INFINITY): Packed {
  const head = Math.ceil(dimensions * HEAD);
  const places = new Map<string, number>();
  const rows: Row[] = [];
  let codes = new Int8Array(SMALLEST * dimensions);
  let scales = new Float32Array(SMALLEST);
  let rests = new Float32Array(SMALLEST);

  function grow(): void {
    const [oldCodes, oldScales, oldRests] = [codes, scales, rests];
    codes = new Int8Array(oldCodes.length * 2);
    scales = new Float32Array(oldScales.length * 2);
    rests = new Float32Array(oldRests.length * 2);
    codes.set(oldCodes);
    scales.set(oldScales);
    rests.set(oldRests);
  }

  function restOf({ codes, scale }: Quantised): number {
    let squares = 0;
    for (let at = head; at < dimensions; at++) squares += (codes[at] as number) ** 2;
    return Math.sqrt(squares) * scale;
  }

  function drop(key: string): void {
    const place = places.get(key);
    if (place === undefined) return;
    places.delete(key);
    // The last one takes its place.
    const last = rows.length - 1;
    const row = rows.pop();
    if (row === undefined || place === last) return;
    rows[place] = row;
    places.set(row.key, place);
    codes.copyWithin(place * dimensions, last * dimensions, (last + 1) * dimensions);
    scales[place] = scales[last] as number;
    rests[place] = rests[last] as number;
  }

  return {
    get size() {
      return rows.length;
    },
    set({ vector, key, question, addedAt, expiresAt }) {
      // Of another embedder: it has no place among these.
      if (vector.codes.length !== dimensions) return;
      // A map keeps its keys in the order of insertion.
      if (!places.has(key) && rows.length >= most) drop(places.keys().next().value as string);
      const place = places.get(key) ?? rows.length;
      if (place === scales.length) grow();
      rows[place] = { key, question, addedAt, expiresAt };
      places.set(key, place);
      codes.set(vector.codes, place * dimensions);
      scales[place] = vector.scale;
      rests[place] = restOf(vector);
    },
    delete: drop,
    nearest(vector, count, now) {
      if (vector.length !== dimensions || count < 1) return [];
      const query = quantise(vector);
      const rest = restOf(query);
      const best: Neighbour[] = [];
      let worst = Number.NEGATIVE_INFINITY;
      for (let place = 0, from = 0; place < rows.length; place++, from += dimensions) {
        const scale = query.scale * (scales[place] as number);
        let sum = 0;
        for (let at = 0; at < head; at++) sum += (query.codes[at] as number) * (codes[from + at] as number);
        if (sum * scale + rest * (rests[place] as number) <= worst) continue;
        for (let at = head; at < dimensions; at++) sum += (query.codes[at] as number) * (codes[from + at] as number);
        const cosine = sum * scale;
        const row = rows[place] as Row;
        if (cosine <= worst || row.expiresAt <= now) continue;
        const { key, question, addedAt } = row;
        const at = best.findIndex((other) => cosine > other.cosine);
        best.splice(at < 0 ? best.length : at, 0, { key, question, cosine, addedAt });
        if (best.length > count) best.pop();
        if (best.length === count) worst = (best.at(-1) as Neighbour).cosine;
      }
      return best;
    },
  };
}
