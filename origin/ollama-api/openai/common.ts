/** What OpenAI's routes have in common. */

import { openaiRefusal } from '../dialect.ts';
import { goJson } from '../go/write.ts';
import { type Ending, Refusal } from '../native/request.ts';

export const SSE = { 'content-type': 'text/event-stream' } as const;

export const refusal = (status: number, message: string): string => goJson(openaiRefusal(status, message));
export const seconds = (): number => Math.floor(Date.now() / 1000);
export const data = (value: object): string => `data: ${goJson(value)}\n\n`;
export const DONE = 'data: [DONE]\n\n';

/** Ollama draws its ids from 999 numbers: they repeat. */
export const drawnId = (prefix: string, below = 999): string => `${prefix}${Math.floor(Math.random() * below)}`;

export function usageOf(ending: Ending | undefined): object {
  const { promptTokens = 0, tokens = 0 } = ending ?? {};
  return { prompt_tokens: promptTokens, completion_tokens: tokens, total_tokens: promptTokens + tokens };
}

const LEVELS = new Set(['high', 'medium', 'low', 'max']);

export function thinkOf(effort: string, quote: (value: string) => string): boolean | string | undefined {
  if (effort === '') return undefined;
  if (effort === 'none') return false;
  if (LEVELS.has(effort)) return effort;
  const message = `invalid reasoning value: ${quote(effort)} (must be "high", "medium", "low", "max", or "none")`;
  throw new Refusal(400, message, 'reader');
}

/** Leaves out what the request did not name. */
export function present(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** Base64 of a data URL, without its head. */
export function imageOf(url: string): string {
  if (/^https?:\/\//.test(url)) {
    const message = 'image URLs are not currently supported, please use base64 encoded data instead';
    throw new Refusal(400, message, 'reader');
  }
  const [head, base64 = ''] = /^data:(?:image\/(?:jpeg|jpg|png|webp))?;base64,/.test(url) ? url.split(',', 2) : [];
  if (head === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    throw new Refusal(400, 'invalid image input', 'reader');
  return base64;
}
