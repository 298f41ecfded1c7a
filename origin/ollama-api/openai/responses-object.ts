/** The object that /v1/responses answers with, and its items. */

import { asWritten, goJson, plain, sorted } from '../go/write.ts';
import type { Chunk } from '../native/request.ts';
import { seconds } from './common.ts';
import type { ResponsesBody } from './responses-read.ts';

export type Item = Readonly<Record<string, unknown>> & { readonly type: string };

export const outputText = (text: string) => ({ type: 'output_text', text, annotations: [], logprobs: [] });

export function messageItem(id: string, status: string, content: readonly object[]): Item {
  return { id, type: 'message', status, role: 'assistant', content };
}

export function callItem(id: string, status: string, call: Chunk['calls'][number]): Item {
  const given = status === 'completed' ? goJson(call.arguments) : '';
  return { id, type: 'function_call', status, call_id: call.id, name: call.name, arguments: given };
}

export function reasoningItem(id: string, text: string): Item {
  return { id, type: 'reasoning', summary: [{ type: 'summary_text', text }], encrypted_content: text };
}

function toolEcho({
  type,
  name,
  description,
  strict,
  parameters,
}: NonNullable<ResponsesBody['tools']>[number]): object {
  return {
    type: type ?? '',
    name: name ?? '',
    description: description ?? null,
    strict: strict ?? null,
    parameters: parameters === undefined ? null : sorted(plain(parameters)),
  };
}

function formatEcho({ text }: ResponsesBody): object {
  const { type, name, schema, strict } = text?.format ?? { type: undefined };
  if (type === undefined) return { type: 'text' };
  return {
    type,
    ...(name !== undefined && { name }),
    ...(schema !== undefined && { schema: asWritten(schema) }),
    ...(strict !== undefined && { strict }),
  };
}

function reasoningEcho({ reasoning }: ResponsesBody, streamed: boolean): object | null {
  const { effort, summary } = reasoning ?? {};
  if (!effort && !summary) return null;
  if (streamed) return { effort: effort ?? null, summary: summary ?? null };
  return { ...(effort && { effort }), ...(summary && { summary }) };
}

function usageOf({ ending }: Chunk): object {
  const { promptTokens = 0, tokens = 0 } = ending ?? {};
  return {
    input_tokens: promptTokens,
    output_tokens: tokens,
    total_tokens: promptTokens + tokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  };
}

/** `answer` is undefined while it is in progress. */
export function responseObject(
  id: string,
  body: ResponsesBody,
  output: readonly Item[] | null,
  answer: Chunk | undefined,
  streamed: boolean,
): object {
  return {
    id,
    object: 'response',
    created_at: seconds(),
    completed_at: answer === undefined ? null : seconds(),
    status: answer === undefined ? 'in_progress' : 'completed',
    incomplete_details: null,
    model: body.model ?? '',
    previous_response_id: null,
    instructions: body.instructions || null,
    output,
    error: null,
    tools: (body.tools ?? []).map(toolEcho),
    tool_choice: 'auto',
    truncation: body.truncation ?? 'disabled',
    parallel_tool_calls: true,
    text: { format: formatEcho(body) },
    top_p: body.top_p ?? 1,
    presence_penalty: 0,
    frequency_penalty: 0,
    top_logprobs: 0,
    temperature: body.temperature ?? 1,
    reasoning: reasoningEcho(body, streamed),
    usage: answer === undefined ? null : usageOf(answer),
    max_output_tokens: body.max_output_tokens ?? null,
    max_tool_calls: null,
    store: false,
    background: body.background ?? false,
    service_tier: 'default',
    metadata: {},
    safety_identifier: null,
    prompt_cache_key: null,
  };
}
