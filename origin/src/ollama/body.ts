/**
 * What a client may not decide: where a model is placed and how long it stays (either makes Ollama load it again or drop
 * it), and more context or tokens than the operator grants. Go reads JSON keys without regard to case, so this does too.
 */
import type { JsonObject } from '../../../src/exchange/json.ts';
import type { Config, ModelSettings } from '../config.ts';

const PLACEMENT = new Set([
  'num_batch',
  'num_gpu',
  'main_gpu',
  'use_mmap',
  'use_mlock',
  'num_thread',
  'numa',
  'low_vram',
  'f16_kv',
  'vocab_only',
  'draft_num_predict',
]);
const DROPPED = new Set(['keep_alive', '_debug_render_only']);
const TOKEN_LIMITS: Readonly<Record<string, readonly string[]>> = {
  '/v1/chat/completions': ['max_tokens'],
  '/v1/completions': ['max_tokens'],
  '/v1/responses': ['max_output_tokens'],
  '/v1/messages': ['max_tokens'],
};

function capped(value: unknown, cap: number): number {
  return typeof value === 'number' && value >= 0 ? Math.min(value, cap) : cap;
}

function without(object: JsonObject, dropped: (name: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !dropped(name.toLowerCase())));
}

function nativeOptions(
  given: unknown,
  settings: ModelSettings | undefined,
  generates: boolean,
  mayReload: boolean,
): JsonObject {
  const refused = (name: string) => PLACEMENT.has(name) || (name === 'num_ctx' && !mayReload);
  const options: JsonObject = typeof given === 'object' && given !== null ? without(given as JsonObject, refused) : {};
  return {
    ...options,
    ...(settings?.num_ctx !== undefined && options.num_ctx === undefined && { num_ctx: settings.num_ctx }),
    ...(generates &&
      settings?.num_predict !== undefined && { num_predict: capped(options.num_predict, settings.num_predict) }),
  };
}

/** The body as Ollama gets it on this route. */
export function bodyForOllama(
  path: string,
  body: JsonObject,
  settings: ModelSettings | undefined,
  { KEEP_ALIVE: keepAlive, CLIENT_MAY_RELOAD: mayReload }: Pick<Config, 'KEEP_ALIVE' | 'CLIENT_MAY_RELOAD'>,
): JsonObject {
  const rest = without(body, (name) => DROPPED.has(name) || (name === 'shift' && !mayReload));
  if (path.startsWith('/api/')) {
    const given = Object.entries(rest).find(([name]) => name.toLowerCase() === 'options')?.[1];
    const options = nativeOptions(given, settings, path === '/api/chat' || path === '/api/generate', mayReload);
    return {
      ...without(rest, (name) => name === 'options'),
      ...(Object.keys(options).length > 0 && { options }),
      keep_alive: keepAlive === '-1' ? -1 : keepAlive,
    };
  }
  const cap = settings?.num_predict;
  const limits = TOKEN_LIMITS[path];
  if (cap === undefined || limits === undefined) return rest;
  return { ...rest, ...Object.fromEntries(limits.map((name) => [name, capped(rest[name], cap)])) };
}
