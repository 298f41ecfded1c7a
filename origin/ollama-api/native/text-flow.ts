/** Text on its way to a reader, as Ollama's runner lets it go: stop sequences held back, and its way out of repetitions. */
export interface TextFlow {
  /** Takes the text of one token. @returns why the answer ends with it; undefined while it goes on */
  add(text: string): 'stop' | 'trap' | undefined;
  /** Lets go what was held back. */
  flush(): void;
}

/** More equal chunks than these end an answer without `done`. */
const MOST_REPEATS = 30;

export function createTextFlow(stop: readonly string[], say: (text: string) => void): TextFlow {
  let held = '';
  let repeated = '';
  let repeats = 0;

  function flush(): void {
    if (held !== '') say(held);
    held = '';
  }

  return {
    flush,
    add(text) {
      const trimmed = text.trim();
      repeats = trimmed === repeated ? repeats + 1 : 0;
      repeated = trimmed;
      if (repeats > MOST_REPEATS) return 'trap';
      held += text;
      const at = stop.map((word) => held.indexOf(word)).filter((found) => found >= 0);
      if (at.length > 0) {
        held = held.slice(0, Math.min(...at));
        flush();
        return 'stop';
      }
      if (!stop.some((word) => endsInside(held, word))) flush();
      return undefined;
    },
  };
}

/** Whether the text ends with the beginning of the word. */
function endsInside(text: string, word: string): boolean {
  for (let length = Math.min(word.length - 1, text.length); length > 0; length -= 1)
    if (text.endsWith(word.slice(0, length))) return true;
  return false;
}
