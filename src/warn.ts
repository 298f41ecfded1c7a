/** Warnings that an outage under load does not turn into a flood: the same words at most once in ten seconds, with how often. */
const EVERY_MS = 10_000;
/** Words that differ each time would otherwise be kept for ever. */
const MOST_REMEMBERED = 200;

export type Warn = (words: string) => void;

export function createWarn(say: Warn = console.warn, now: () => number = Date.now): Warn {
  const said = new Map<string, { readonly at: number; times: number }>();
  return (words) => {
    const last = said.get(words);
    if (last !== undefined && Math.abs(now() - last.at) < EVERY_MS) {
      last.times += 1;
      return;
    }
    if (last === undefined && said.size >= MOST_REMEMBERED) said.clear();
    said.set(words, { at: now(), times: 0 });
    say(last === undefined || last.times === 0 ? words : `${words} (and ${last.times} times since the last such line)`);
  };
}

/** This isolate's. */
export const warn: Warn = createWarn();
