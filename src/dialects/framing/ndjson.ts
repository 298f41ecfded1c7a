/** NDJSON framing: one JSON value a line, as Ollama's own API streams. */

export interface LineSplitter {
  /** The lines that this piece completes, without their ends; blank ones are left out. */
  push(text: string): readonly string[];
  /** What stood after the last line end, if anything. */
  end(): readonly string[];
}

export function lineSplitter(): LineSplitter {
  let rest = '';
  return {
    push(text) {
      let end = text.indexOf('\n');
      if (end < 0) {
        rest += text;
        return [];
      }
      const lines: string[] = [];
      let start = 0;
      for (; end >= 0; end = text.indexOf('\n', start)) {
        const line = (rest + text.slice(start, end)).trim();
        if (line !== '') lines.push(line);
        rest = '';
        start = end + 1;
      }
      rest = text.slice(start);
      return lines;
    },
    end() {
      const line = rest.trim();
      rest = '';
      return line === '' ? [] : [line];
    },
  };
}

export function writeLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}
