/**
 * Decoders after Go's encoding/json: struct fields match without regard to case (the last in the text wins), null leaves a field as if it were
 * absent, a wrong type is refused in Go's words, what no field names is dropped.
 */
import { type Node, parseFirst } from './parse.ts';
import { plain, raw } from './write.ts';

export class GoTypeError extends Error {}

/** Where a value stands: the struct that is decoded, and the fields that lead to it. */
export interface Place {
  readonly root: string;
  readonly path: string;
}

export interface Decoder<T> {
  /** What Go calls the type. */
  readonly goType: string;
  /** `before` is what an earlier spelling of the same field held. */
  read(node: Node, place: Place, before: T | undefined): T;
}

export type Decoded<D> = D extends Decoder<infer T> ? T : never;

function mismatch(found: string, goType: string, { root, path }: Place): GoTypeError {
  const where = path === '' ? `Go value of type ${goType}` : `Go struct field ${root}.${path} of type ${goType}`;
  return new GoTypeError(`json: cannot unmarshal ${found} into ${where}`);
}

function scalar<T>(goType: string, take: (node: Node) => T | undefined): Decoder<T> {
  return {
    goType,
    read(node, place) {
      const value = take(node);
      if (value !== undefined) return value;
      throw mismatch(node.kind === 'number' && goType === 'int' ? `number ${node.digits}` : node.kind, goType, place);
    },
  };
}

export const str = scalar('string', (node) => (node.kind === 'string' ? node.value : undefined));
export const bool = scalar('bool', (node) => (node.kind === 'bool' ? node.value : undefined));
export const float64 = scalar('float64', (node) => (node.kind === 'number' ? Number(node.digits) : undefined));
export const float32 = scalar('float32', (node) => (node.kind === 'number' ? Number(node.digits) : undefined));
/** Only whole digits: neither 1.0 nor 1e2. */
export const int = scalar('int', (node) =>
  node.kind === 'number' && /^-?\d+$/.test(node.digits) ? Number(node.digits) : undefined,
);
export const any: Decoder<unknown> = { goType: 'interface {}', read: plain };
/** json.RawMessage: the value as text. */
export const rawMessage: Decoder<string> = { goType: 'json.RawMessage', read: raw };
/** The tree itself, for what is decoded later. */
export const tree: Decoder<Node> = { goType: 'json.RawMessage', read: (node) => node };

/** A type with its own UnmarshalJSON. */
export function custom<T>(goType: string, read: (node: Node) => T): Decoder<T> {
  return { goType, read };
}

export function array<T>(of: Decoder<T>): Decoder<readonly T[]> {
  const goType = `[]${of.goType}`;
  return {
    goType,
    read(node, place) {
      if (node.kind !== 'array') throw mismatch(node.kind, goType, place);
      return node.items.map((item) => (item.kind === 'null' ? zero(of, place) : of.read(item, place, undefined)));
    },
  };
}

const EMPTY: Node = { kind: 'object', entries: [] };

/** What null leaves in a slice: Go's zero value. */
function zero<T>(of: Decoder<T>, place: Place): T {
  const empty: Node =
    of.goType === 'string' ? { kind: 'string', value: '' } : of.goType === 'interface {}' ? { kind: 'null' } : EMPTY;
  return of.read(empty, place, undefined);
}

/** A map with free keys: exact, in order; a second map merges into the first. */
export function map<T>(of: Decoder<T>, goType = `map[string]${of.goType}`): Decoder<Readonly<Record<string, T>>> {
  return {
    goType,
    read(node, place, before) {
      if (node.kind !== 'object') throw mismatch(node.kind, goType, place);
      const entries = node.entries.map(([key, item]) => [key, of.read(item, place, undefined)] as const);
      return { ...before, ...Object.fromEntries(entries) };
    },
  };
}

/** Unicode's simple folding, as far as it reaches ASCII. */
const fold = (key: string): string => key.toLowerCase().replaceAll('\u017f', 's').replaceAll('\u212a', 'k');

type Fields = Readonly<Record<string, Decoder<unknown>>>;
type Struct<F extends Fields> = { readonly [K in keyof F]: Decoded<F[K]> | undefined };

export function struct<F extends Fields>(goType: string, fields: F): Decoder<Struct<F>> {
  const byFold = new Map(Object.entries(fields).map(([name, decoder]) => [fold(name), { name, decoder }]));
  return {
    goType,
    read(node, place, before) {
      if (node.kind !== 'object') throw mismatch(node.kind, goType, place);
      const made: Record<string, unknown> = { ...before };
      for (const [key, item] of node.entries) {
        const field = byFold.get(fold(key));
        if (field === undefined || item.kind === 'null') continue;
        const path = place.path === '' ? field.name : `${place.path}.${field.name}`;
        made[field.name] = field.decoder.read(item, { root: place.root, path }, made[field.name]);
      }
      // Every key of F is optional in the text, and undefined here where it is absent.
      return made as Struct<F>;
    },
  };
}

/** @returns undefined for an empty text; throws GoSyntaxError and GoTypeError */
export function decode<T>(text: string, decoder: Decoder<T>): T | undefined {
  const node = parseFirst(text);
  if (node === undefined) return undefined;
  const root = decoder.goType.slice(decoder.goType.indexOf('.') + 1);
  return decoder.read(node.kind === 'null' ? EMPTY : node, { root, path: '' }, undefined);
}
