/**
 * The first JSON value of a text, as Go's json.Decoder reads it: what follows is ignored, keys keep their order and their duplicates, numbers
 * keep their digits, and the errors are Go's words.
 */
export interface ObjectNode {
  readonly kind: 'object';
  readonly entries: readonly (readonly [string, Node])[];
}

export type Node =
  | ObjectNode
  | { readonly kind: 'array'; readonly items: readonly Node[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly digits: string }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'null' };

export class GoSyntaxError extends Error {}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** @returns undefined for a text without any value: Go's io.EOF; throws GoSyntaxError */
export function parseFirst(text: string): Node | undefined {
  let at = 0;

  function space(): void {
    while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at += 1;
  }

  function unexpected(context: string): GoSyntaxError {
    if (at >= text.length) return new GoSyntaxError('unexpected EOF');
    const found = String.fromCodePoint(text.codePointAt(at) ?? 0);
    const shown =
      found === "'"
        ? "'\\''"
        : found < ' '
          ? `'${{ '\n': '\\n', '\t': '\\t', '\r': '\\r' }[found] ?? `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`}'`
          : `'${found}'`;
    return new GoSyntaxError(`invalid character ${shown} ${context}`);
  }

  function literal(word: string, node: Node): Node {
    for (const letter of word) {
      if (text.charAt(at) !== letter) throw unexpected(`in literal ${word} (expecting '${letter}')`);
      at += 1;
    }
    return node;
  }

  function string(): string {
    at += 1;
    let made = '';
    for (;;) {
      PLAIN.lastIndex = at;
      const plain = PLAIN.exec(text)?.[0] ?? '';
      made += plain;
      at += plain.length;
      if (at >= text.length) throw new GoSyntaxError('unexpected EOF');
      const next = text.charAt(at);
      if (next === '"') {
        at += 1;
        return made.toWellFormed();
      }
      if (next !== '\\') throw unexpected('in string literal');
      at += 1;
      const letter = text.charAt(at);
      if (letter === 'u') {
        const code = text.slice(at + 1, at + 5);
        if (!/^[0-9a-fA-F]{4}$/.test(code)) throw unexpected('in \\u hexadecimal character escape');
        made += String.fromCharCode(Number.parseInt(code, 16));
        at += 5;
        continue;
      }
      const meant = ESCAPES[letter];
      if (meant === undefined) throw unexpected('in string escape code');
      made += meant;
      at += 1;
    }
  }

  function array(): Node {
    at += 1;
    const items: Node[] = [];
    space();
    if (text.charAt(at) === ']') {
      at += 1;
      return { kind: 'array', items };
    }
    for (;;) {
      items.push(value());
      space();
      const next = text.charAt(at);
      if (next !== ',' && next !== ']') throw unexpected('after array element');
      at += 1;
      if (next === ']') return { kind: 'array', items };
    }
  }

  function object(): Node {
    at += 1;
    const entries: [string, Node][] = [];
    space();
    if (text.charAt(at) === '}') {
      at += 1;
      return { kind: 'object', entries };
    }
    for (;;) {
      space();
      if (text.charAt(at) !== '"') throw unexpected('looking for beginning of object key string');
      const key = string();
      space();
      if (text.charAt(at) !== ':') throw unexpected('after object key');
      at += 1;
      entries.push([key, value()]);
      space();
      const next = text.charAt(at);
      if (next !== ',' && next !== '}') throw unexpected('after object key:value pair');
      at += 1;
      if (next === '}') return { kind: 'object', entries };
    }
  }

  function value(): Node {
    space();
    const first = text.charAt(at);
    if (first === '{') return object();
    if (first === '[') return array();
    if (first === '"') return { kind: 'string', value: string() };
    if (first === 't') return literal('true', { kind: 'bool', value: true });
    if (first === 'f') return literal('false', { kind: 'bool', value: false });
    if (first === 'n') return literal('null', { kind: 'null' });
    NUMBER.lastIndex = at;
    const digits = NUMBER.exec(text)?.[0];
    if (digits === undefined) throw unexpected('looking for beginning of value');
    at += digits.length;
    return { kind: 'number', digits };
  }

  space();
  return at >= text.length ? undefined : value();
}
