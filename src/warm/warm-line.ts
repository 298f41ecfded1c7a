/** One line of what is to be warmed: a whole request of any API, or a model with a prompt. */

import type { Dialect } from '../dialects/dialect.ts';
import type { EmbedDialect } from '../dialects/embed-dialect.ts';
import { embedDialects } from '../dialects/embeddings.ts';
import { parseBody } from '../dialects/fold.ts';
import { dialects } from '../dialects/routes.ts';
import { isObject, type JsonObject } from '../exchange/json.ts';
import { MAX_NAME } from '../exchange/key.ts';

export interface WarmRequest {
  readonly dialect: Dialect | EmbedDialect;
  readonly body: JsonObject;
  readonly tenant: string;
  readonly namespace: string;
  /** Names by which it can be purged. */
  readonly tags: readonly string[];
  /** Seconds that it will be fresh; undefined: as the settings say. */
  readonly ttl: number | undefined;
}

export type WarmLine =
  | { readonly kind: 'request'; readonly request: WarmRequest }
  | { readonly kind: 'blank' }
  | { readonly kind: 'bad'; readonly reason: string };

/** Whose cache is warmed, where a line does not say. */
export interface WarmScope {
  readonly tenant: string;
  readonly namespace: string;
}

/** What a line may have beside its request; the same names as in the requests' headers. */
const BESIDE = ['path', 'body', 'tenant', 'namespace', 'tags', 'ttl'];

/** What a header can hold, and gives back unchanged. */
const isName = (text: string): boolean =>
  text === text.trim() && text.length <= MAX_NAME && /^[\x20-\x7e\x80-\xff]*$/.test(text);

export function readWarmLine(text: string, scope: WarmScope): WarmLine {
  if (text.trim() === '') return { kind: 'blank' };
  const parsed = parseBody(text);
  return parsed.kind === 'fault' ? bad(parsed.fault.message) : readWarmObject(parsed.body, scope);
}

export function readWarmObject(line: JsonObject, scope: WarmScope): WarmLine {
  const { tenant = scope.tenant, namespace = scope.namespace, tags = [], ttl } = line;
  if (typeof tenant !== 'string' || typeof namespace !== 'string') return bad('tenant and namespace must be strings');
  if (!isName(namespace)) return bad(`namespace must fit into a header, in at most ${MAX_NAME} characters`);
  if (!Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string' && isName(tag)))
    return bad('tags must be a list of strings that fit into a header');
  if (ttl !== undefined && (typeof ttl !== 'number' || !Number.isInteger(ttl) || ttl < 1))
    return bad('ttl must be a number of seconds');
  const asked = requestOf(line);
  if (typeof asked === 'string') return bad(asked);
  const dialect = [...dialects, ...embedDialects].find(({ path }) => path === asked.path);
  if (dialect === undefined) return bad(`${asked.path} is no route of an answer`);
  return { kind: 'request', request: { dialect, body: asked.body, tenant, namespace, tags: tags as string[], ttl } };
}

interface Asked {
  readonly path: string;
  readonly body: JsonObject;
}

/** A sentence where it is none. */
function requestOf(line: JsonObject): Asked | string {
  const { path, body } = line;
  if (path !== undefined) {
    if (typeof path !== 'string') return 'path must be a string';
    if (!isObject(body)) return 'body must be an object: the request as it is sent to the path';
    const odd = Object.keys(line).find((name) => !BESIDE.includes(name));
    return odd === undefined ? { path, body } : `${odd} belongs in the body`;
  }
  const short = Object.fromEntries(Object.entries(line).filter(([name]) => !BESIDE.includes(name)));
  if (typeof line.model !== 'string' || line.model === '')
    return 'a model and a prompt are needed, or a path and a body';
  if (line.messages !== undefined) return { path: '/api/chat', body: short };
  if (line.prompt !== undefined) return { path: '/api/generate', body: short };
  if (line.input !== undefined) return { path: '/api/embed', body: short };
  return 'a prompt is missing (or messages, or an input)';
}

function bad(reason: string): WarmLine {
  return { kind: 'bad', reason };
}
