/**
 * Prompt → key. The key covers everything that changes the answer and everyone who may not share it: tenant, namespace, the
 * model's digest. Two requests have one key exactly if one stored answer is right for both.
 */
import { canonicalJson, type Json, type JsonObject } from './json.ts';
import type { EmbedPrompt, Prompt } from './prompt.ts';

/** Raised whenever the meaning of a key or of what is stored under it changes: old entries are then never read again. */
const KEY_VERSION = 1;

/** Longest namespace, session and tag, in characters. */
export const MAX_NAME = 256;

/** Whom an answer belongs to. */
export interface Scope {
  readonly tenant: string;
  readonly namespace: string;
  /** Canonical name. */
  readonly model: string;
  /** Empty where it is not known. */
  readonly digest: string;
  /** The arm of an experiment whose arms keep their answers apart. */
  readonly arm?: string;
}

export type Asked =
  | { readonly kind: 'prompt'; readonly prompt: Prompt | EmbedPrompt }
  | { readonly kind: 'opaque'; readonly dialect: string; readonly body: JsonObject }
  /** The client's own key (`X-Cache-Key`) in place of the prompt; never across kinds of answers. */
  | { readonly kind: 'own'; readonly answers: string; readonly name: string };

/** @returns lower-case hex SHA-256 */
export function exchangeKey(scope: Scope, asked: Asked): Promise<string> {
  const { tenant, namespace, model, digest, arm } = scope;
  const whose = { tenant, namespace, model, digest, ...(arm !== undefined && { arm }) };
  return sha256Hex(canonicalJson({ v: KEY_VERSION, ...whose, asked: hashed(asked) }));
}

/**
 * What is hashed of it. The order of members says nothing in a prompt or its options, but inside a schema, a tool or a call's
 * arguments it reaches the model, so those are hashed as they are written.
 */
function hashed(asked: Asked): Json {
  if (asked.kind === 'opaque') return { ...asked, body: JSON.stringify(asked.body) };
  if (asked.kind === 'own') return { ...asked };
  return { kind: asked.kind, prompt: orderKept(asked.prompt) };
}

/** A prompt as data whose members may be sorted: what may not is text in it. */
export function orderKept(prompt: Prompt | EmbedPrompt): Json {
  if (prompt.kind === 'embed') return prompt as unknown as Json;
  const whole: Record<string, Json | undefined> = { ...(prompt as unknown as JsonObject) };
  if (prompt.format !== undefined) whole.format = JSON.stringify(prompt.format);
  if (prompt.kind === 'chat') {
    if (prompt.tools !== undefined) whole.tools = JSON.stringify(prompt.tools);
    whole.messages = prompt.messages.map((message) =>
      message.toolCalls === undefined
        ? (message as unknown as Json)
        : { ...(message as unknown as JsonObject), toolCalls: JSON.stringify(message.toolCalls) },
    );
  }
  return whole;
}

const encoder = new TextEncoder();
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export async function sha256Hex(text: string): Promise<string> {
  return hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text))));
}

export function hexOf(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += HEX[byte];
  return hex;
}
