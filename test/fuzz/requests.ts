/** Requests as nobody should send them: recorded ones with values swapped, keys doubled and cut text; headers of any content. */
import fc from 'fast-check';
import { embedDialects } from '../../src/dialects/embeddings.ts';
import { dialects } from '../../src/dialects/routes.ts';
import { recordings } from './recorded.ts';

export const TENANTS = ['ann', 'bob'] as const;
export type Tenant = (typeof TENANTS)[number];
/** What each tenant's key is; API_KEYS has its hash. */
export const keyOf = (tenant: Tenant) => `key-of-${tenant}`;

export interface Asking {
  readonly tenant: Tenant | undefined;
  readonly path: string;
  readonly method: string;
  readonly body: Uint8Array;
  readonly headers: readonly (readonly [string, string])[];
}

const paths = [...dialects, ...embedDialects].map(({ path }) => path);
const recorded = recordings.map(({ request }) => request);
const embeddings = [
  '{"model":"tiny","input":["a","b"]}',
  '{"model":"tiny","input":"a","dimensions":8}',
  '{"model":"tiny","prompt":"a"}',
];

const anyJson = fc.json({ maxDepth: 2 });

/** One place of a JSON text, changed. */
type Change =
  | { readonly kind: 'value'; readonly at: number; readonly json: string }
  | { readonly kind: 'twin'; readonly at: number; readonly json: string }
  | { readonly kind: 'case'; readonly at: number }
  | { readonly kind: 'delete'; readonly at: number; readonly count: number }
  | { readonly kind: 'insert'; readonly at: number; readonly text: string };

const at = fc.nat(10_000);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant('value' as const), at, json: anyJson }),
  fc.record({ kind: fc.constant('twin' as const), at, json: anyJson }),
  fc.record({ kind: fc.constant('case' as const), at }),
  fc.record({ kind: fc.constant('delete' as const), at, count: fc.integer({ min: 1, max: 20 }) }),
  fc.record({ kind: fc.constant('insert' as const), at, text: fc.string({ unit: 'binary', maxLength: 5 }) }),
);

const KEYS = /"([A-Za-z_]+)":/g;
/** A string, number or word that stands as a value. */
const VALUES = /(?<=:)("(?:[^"\\]|\\.)*"|-?\d+(\.\d+)?|true|false|null)/g;

function pick(text: string, pattern: RegExp, which: number): RegExpExecArray | undefined {
  const found = [...text.matchAll(pattern)];
  return found[which % Math.max(1, found.length)];
}

function changed(text: string, what: Change): string {
  if (what.kind === 'insert') {
    const place = what.at % (text.length + 1);
    return text.slice(0, place) + what.text + text.slice(place);
  }
  if (what.kind === 'delete') {
    const place = what.at % (text.length + 1);
    return text.slice(0, place) + text.slice(place + what.count);
  }
  const found = pick(text, what.kind === 'value' ? VALUES : KEYS, what.at);
  if (found === undefined) return text;
  const [whole, name = ''] = found;
  const after = text.slice(found.index + whole.length);
  if (what.kind === 'value') return text.slice(0, found.index) + what.json + after;
  const varied = `"${[...name].map((letter, index) => (index % 2 ? letter.toUpperCase() : letter)).join('')}":`;
  // A twin is the same key in other letters with another value, before the first one.
  return text.slice(0, found.index) + varied + (what.kind === 'twin' ? `${what.json},${whole}` : '') + after;
}

/** What is sent as it should be is asked again and found: hits are under test too. */
const oftenNone = <T>(some: fc.Arbitrary<T[]>) => fc.oneof(fc.constant<T[]>([]), some);

const mutated = fc
  .tuple(fc.constantFrom(...recorded, ...embeddings), oftenNone(fc.array(change, { maxLength: 4 })))
  .map(([text, changes]) => new TextEncoder().encode(changes.reduce(changed, text)));

const body = fc.oneof(
  { weight: 8, arbitrary: mutated },
  { weight: 1, arbitrary: anyJson.map((text) => new TextEncoder().encode(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
);

/** Whatever a header can carry. */
const fieldValue = fc
  .array(fc.oneof(fc.integer({ min: 32, max: 126 }), fc.constant(9)), {
    maxLength: 40,
  })
  .map((codes) => String.fromCharCode(...codes));

const field = fc.oneof(
  fc.tuple(
    fc.constantFrom(
      'x-cache-ttl',
      'x-cache-key',
      'x-cache-namespace',
      'x-cache-tags',
      'x-cache-threshold',
      'x-session-id',
      'cache-control',
      'traceparent',
      'content-type',
      'accept',
      'pragma',
      'if-none-match',
      'x-edge-tenant',
      'x-edge-key',
      'x-forwarded-for',
    ),
    fieldValue,
  ),
  fc.tuple(
    fc.constant('cache-control'),
    fc.constantFrom('no-store', 'no-cache', 'max-age=0', 'max-stale', 'only-if-cached', 'max-age="5", min-fresh=1'),
  ),
  fc.tuple(fc.constant('content-encoding'), fc.constantFrom('gzip', 'zstd', 'br', 'identity', 'GZIP')),
  fc.tuple(fc.constant('x-cache-namespace'), fc.constantFrom('one', 'two')),
  fc.tuple(fc.constant('x-cache-key'), fc.constantFrom('mine', 'mine too')),
);

export const asking: fc.Arbitrary<Asking> = fc.record({
  tenant: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...TENANTS) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  ),
  path: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...paths) },
    { weight: 1, arbitrary: fc.webPath().map((path) => `/api${path}`) },
  ),
  method: fc.oneof(
    { weight: 19, arbitrary: fc.constant('POST') },
    { weight: 1, arbitrary: fc.constantFrom('PUT', 'DELETE', 'PATCH') },
  ),
  body,
  headers: oftenNone(fc.array(field, { maxLength: 4 })),
});
