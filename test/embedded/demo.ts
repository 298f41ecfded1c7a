/** The demo model in the embedded engine, for the tests that need words of a real model. */
import { resolve } from 'node:path';
import { type EmbeddedOllama, type EmbeddedOptions, startEmbeddedOllama } from '../../origin/embedded/start.ts';

export const DEMO_MODEL = resolve(import.meta.dirname, '../../origin/demo-model/demo.gguf');
/** Long enough to be cut, joined and left: some two hundred tokens. */
export const LONG = 'Tell me a story.';

export const startDemo = (options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedOllama> =>
  startEmbeddedOllama({ model: DEMO_MODEL, ...options });

export interface Told {
  readonly model: string;
  readonly response: string;
  readonly done: boolean;
  readonly done_reason?: string;
  readonly context?: readonly number[];
  readonly prompt_eval_count?: number;
  readonly eval_count?: number;
  readonly total_duration?: number;
  readonly eval_duration?: number;
  readonly logprobs?: readonly {
    readonly token: string;
    readonly logprob: number;
    readonly top_logprobs?: readonly { readonly token: string; readonly logprob: number }[];
  }[];
}

export function generate(url: string, prompt: string, more: object = {}, signal?: AbortSignal): Promise<Response> {
  return fetch(`${url}/api/generate`, {
    method: 'POST',
    body: JSON.stringify({ model: 'demo', prompt, ...more }),
    ...(signal && { signal }),
  });
}

export async function told(url: string, prompt: string, options: object = {}, more: object = {}): Promise<Told> {
  const response = await generate(url, prompt, { stream: false, options, ...more });
  return (await response.json()) as Told;
}
