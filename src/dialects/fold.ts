/**
 * Request bodies as Go's encoding/json reads them: an object's key names a field without regard to case, and of several keys that
 * name one field the last in the document wins. An edge that read them otherwise would key one question and forward another.
 *
 * JSON.parse keeps a repeated key at its first position, so the document's order is lost exactly where it decides between case
 * variants (`{"model":1,"Model":2,"model":3}` is 3). Such a document, and only such a one, is scanned a second time.
 */
import { type Fault, fault } from '../exchange/fault.ts';
import { isObject, type Json, type JsonObject } from '../exchange/json.ts';

/** Deeper than any real request; it bounds the recursion of everything that walks a body. */
const MAX_DEPTH = 500;

export type ParsedBody =
  | { readonly kind: 'body'; readonly body: JsonObject }
  | { readonly kind: 'fault'; readonly fault: Fault };

/**
 * Parses a request's body. In the objects of the result, keys that differ only by case stand in the order of their last
 * occurrence: `fold` relies on it.
 */
export function parseBody(text: string): ParsedBody {
  try {
    return checked(JSON.parse(text) as Json, text);
  } catch (error) {
    const problem = error instanceof SyntaxError ? error.message : '';
    // Go decodes the first value and does not look at what follows it.
    const end = /after JSON at position (\d+)/.exec(problem)?.[1];
    if (end !== undefined) return parseBody(text.slice(0, Number(end)));
    return invalid(text.trim() === '' ? 'missing request body' : syntaxMessage(problem));
  }
}

function checked(value: Json, text: string): ParsedBody {
  if (!isObject(value)) return invalid('the request body must be a JSON object');
  const finding = inspect(value, 1);
  if (finding === 'too deep') return invalid(`the request body is nested more than ${MAX_DEPTH} levels deep`);
  if (finding === 'not finite') return invalid('the request body has a number that no 64-bit float can hold');
  return { kind: 'body', body: finding === 'collision' ? inDocumentOrder(text) : value };
}

function invalid(message: string): ParsedBody {
  return { kind: 'fault', fault: fault('invalid_request', message) };
}

/** The engine's message quotes the body; only the position is fit for an answer. */
function syntaxMessage(problem: string): string {
  if (problem.startsWith('Unexpected end')) return 'unexpected EOF';
  const position = /at position (\d+)/.exec(problem)?.[1];
  return position === undefined ? 'invalid JSON in the request body' : `invalid JSON at position ${position}`;
}

type Finding = 'plain' | 'collision' | 'too deep' | 'not finite';

function inspect(value: Json, depth: number): Finding {
  if (typeof value === 'number') return Number.isFinite(value) ? 'plain' : 'not finite';
  if (typeof value !== 'object' || value === null) return 'plain';
  if (depth > MAX_DEPTH) return 'too deep';
  let finding: Finding = 'plain';
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) {
      const inner = inspect(item, depth + 1);
      if (inner !== 'plain') finding = inner;
      if (inner === 'too deep' || inner === 'not finite') return inner;
    }
    return finding;
  }
  const object = value as JsonObject;
  const keys = Object.keys(object);
  if (collide(keys)) finding = 'collision';
  for (const key of keys) {
    const inner = inspect(object[key] as Json, depth + 1);
    if (inner !== 'plain') finding = inner;
    if (inner === 'too deep' || inner === 'not finite') return inner;
  }
  return finding;
}

const FOLDS = /[A-Z\u017f\u212a]/;

function collide(keys: readonly string[]): boolean {
  if (!keys.some((key) => FOLDS.test(key))) return false;
  return new Set(keys.map(foldName)).size < keys.length;
}

/** Go's folding of a field name: ASCII letters, the long s (U+017F) and the Kelvin sign (U+212A). */
export function foldName(key: string): string {
  return FOLDS.test(key)
    ? key.replace(/[A-Z\u212a]/g, (letter) => letter.toLowerCase()).replaceAll('\u017f', 's')
    : key;
}

export interface Folded {
  /** The fields that were asked for, under their own names. */
  readonly known: JsonObject;
  /** Everything else, under the keys as they were written. */
  readonly unknown: JsonObject;
  readonly hasUnknown: boolean;
}

const NOTHING: JsonObject = Object.freeze({});

/** Folds an object's keys onto `fields`, which are lower-case. */
export function fold(object: JsonObject, fields: ReadonlySet<string>): Folded {
  const keys = Object.keys(object);
  if (keys.every((key) => fields.has(key))) return { known: object, unknown: NOTHING, hasUnknown: false };
  const known: Record<string, Json | undefined> = {};
  const unknown: [string, Json | undefined][] = [];
  for (const key of keys) {
    const name = fields.has(key) ? key : foldName(key);
    if (fields.has(name)) known[name] = object[key];
    else unknown.push([key, object[key]]);
  }
  // fromEntries defines its members, so that a key `__proto__` stays a key.
  return { known, unknown: Object.fromEntries(unknown), hasUnknown: unknown.length > 0 };
}

const NUMBER_OR_WORD = /[^\s,\]}]+/y;
const SPACE = /\s*/y;

/** Parses again a text that JSON.parse has accepted, each key at the position of its last occurrence. */
function inDocumentOrder(text: string): JsonObject {
  let at = 0;
  const skip = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? '';
    at += found.length;
    return found;
  };
  const string = (): string => {
    const start = at++;
    while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    return JSON.parse(text.slice(start, ++at)) as string;
  };
  /** Reads `item`s up to the closing bracket; `at` is on the opening one. */
  const list = (close: string, item: () => void): void => {
    at++;
    for (;;) {
      skip(SPACE);
      const next = text[at];
      if (next === close) break;
      if (next === ',') at++;
      else item();
    }
    at++;
  };
  const value = (): Json => {
    skip(SPACE);
    const first = text[at];
    if (first === '"') return string();
    if (first === '[') {
      const items: Json[] = [];
      list(']', () => items.push(value()));
      return items;
    }
    if (first !== '{') return JSON.parse(skip(NUMBER_OR_WORD)) as Json;
    const members = new Map<string, Json>();
    list('}', () => {
      const key = string();
      skip(SPACE);
      at++; // the colon
      members.delete(key);
      members.set(key, value());
    });
    return Object.fromEntries(members);
  };
  return value() as JsonObject;
}
