/** The objects of `/v1/responses`: the response, which repeats its request, and the items of its output. */
import type { Usage } from '../../exchange/answer.ts';
import type { Json, JsonObject } from '../../exchange/json.ts';
import type { ToolCall } from '../../exchange/prompt.ts';
import { callId, mintId, unixSeconds } from '../openai-common.ts';
import type { Echo } from './echo.ts';

export interface Stage {
  readonly status: 'in_progress' | 'completed' | 'failed';
  readonly output: readonly JsonObject[];
  readonly usage: Usage | undefined;
  /** Milliseconds since the epoch; undefined before the end. */
  readonly completedAt: number | undefined;
  readonly error: JsonObject | null;
}

/** One response: its id and its time stay the same from the first event to the last. */
export interface Identity {
  readonly id: string;
  readonly model: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export function responseObject({ id, model, createdAt }: Identity, echo: Echo, stage: Stage): JsonObject {
  return {
    id,
    object: 'response',
    created_at: unixSeconds(createdAt),
    completed_at: stage.completedAt === undefined ? null : unixSeconds(stage.completedAt),
    status: stage.status,
    incomplete_details: null,
    model,
    previous_response_id: null,
    instructions: echo.instructions,
    output: stage.output,
    error: stage.error,
    tools: echo.tools,
    tool_choice: 'auto',
    truncation: echo.truncation,
    parallel_tool_calls: true,
    text: { format: echo.format },
    top_p: echo.topP,
    presence_penalty: 0,
    frequency_penalty: 0,
    top_logprobs: 0,
    temperature: echo.temperature,
    reasoning: echo.reasoning,
    usage: stage.usage === undefined ? null : writeUsage(stage.usage),
    max_output_tokens: echo.maxOutputTokens,
    max_tool_calls: null,
    store: false,
    background: echo.background,
    service_tier: 'default',
    metadata: {},
    safety_identifier: null,
    prompt_cache_key: null,
  };
}

function writeUsage({ promptTokens, completionTokens }: Usage): JsonObject {
  return {
    input_tokens: promptTokens,
    output_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  };
}

export function summaryPart(text: string): JsonObject {
  return { type: 'summary_text', text };
}

export function reasoningItem(id: string, text: string): JsonObject {
  return { id, type: 'reasoning', summary: [summaryPart(text)], encrypted_content: text };
}

export function textPart(text: string): JsonObject {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

export function messageItem(id: string, status: 'in_progress' | 'completed', content: readonly Json[]): JsonObject {
  return { id, type: 'message', status, role: 'assistant', content };
}

export function callItem({ id, name, arguments: args }: ToolCall): JsonObject {
  return {
    id: mintId('fc_'),
    type: 'function_call',
    status: 'completed',
    call_id: callId(id),
    name,
    arguments: JSON.stringify(args),
  };
}
