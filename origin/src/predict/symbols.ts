/**
 * Symbols: what people ask, as the numbers that the model counts. Texts that differ only by case, spacing or the sign at their end
 * are one symbol; how it is mostly written is kept, since an answer is found only by the very text.
 */

/** No symbol: the session ends here. */
export const END = 0;

export interface Symbols {
  /** The number of a text; made if it is new. */
  of(text: string): number;
  /** How it is mostly written; undefined for one that is forgotten or too long to keep. */
  text(symbol: number): string | undefined;
  readonly size: number;
}

interface Entry {
  readonly symbol: number;
  /** How it was written, and how often. */
  readonly written: Map<string, number>;
}

/** Spellings kept of one symbol. */
const SPELLINGS = 4;
/** Longer texts are rarely asked twice. */
const LONGEST = 2_000;

/** @param limit most symbols, least recently asked first out; numbers are never given again */
export function createSymbols(limit: number): Symbols {
  const byName = new Map<string, Entry>();
  const nameOf = new Map<number, string>();
  const oldestFirst = byName.keys();
  let last = END;

  function forget(name: string): void {
    const entry = byName.get(name);
    byName.delete(name);
    if (entry !== undefined) nameOf.delete(entry.symbol);
  }

  return {
    get size() {
      return byName.size;
    },
    of(text) {
      const name = normal(text);
      const known = byName.get(name);
      const entry: Entry = known ?? { symbol: ++last, written: new Map() };
      byName.delete(name);
      byName.set(name, entry);
      nameOf.set(entry.symbol, name);
      if (byName.size > limit) forget(oldestFirst.next().value as string);
      if (text.length > LONGEST) return entry.symbol;
      const { written } = entry;
      written.set(text, (written.get(text) ?? 0) + 1);
      if (written.size > SPELLINGS) written.delete(rarest(written, text));
      return entry.symbol;
    },
    text(symbol) {
      const name = nameOf.get(symbol);
      const written = name === undefined ? undefined : byName.get(name)?.written;
      let best: string | undefined;
      for (const [text, count] of written ?? []) if (count > (written?.get(best ?? '') ?? 0)) best = text;
      return best;
    },
  };
}

export function normal(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/[\s.!?…]+$/u, '')
    .trim()
    .slice(0, LONGEST);
}

/** Not the one that has just come. */
function rarest(written: ReadonlyMap<string, number>, except: string): string {
  let found = except;
  let least = Number.POSITIVE_INFINITY;
  for (const [text, count] of written)
    if (text !== except && count < least) {
      least = count;
      found = text;
    }
  return found;
}
