/** Decoding what an origin answers on `/v1/responses`: events until `response.completed`, or one document. */
import type { Delta, Usage } from '../../exchange/answer.ts';
import { faultOfStatus } from '../../exchange/fault.ts';
import { isObject, type Json, type JsonObject } from '../../exchange/json.ts';
import type { ToolCall } from '../../exchange/prompt.ts';
import { saidDeltas } from '../answer-deltas.ts';
import type { Decoder } from '../dialect.ts';
import { eventSplitter } from '../framing/sse.ts';
import { faultIn, parseObject, textOf, tokenCount, UNREADABLE } from '../openai-common.ts';

const FAILED = faultOfStatus(500, 'the origin failed');
const NOTHING: readonly Delta[] = [];

export function responsesDecoder(streaming: boolean): Decoder {
  return streaming ? events() : document();
}

function events(): Decoder {
  const splitter = eventSplitter();
  return {
    push: (text) => splitter.push(text).flatMap(({ data }) => deltas(data)),
    end: () => NOTHING,
  };
}

function deltas(data: string): readonly Delta[] {
  const event = parseObject(data);
  if (event === undefined) return [{ kind: 'fault', fault: UNREADABLE }];
  switch (event.type) {
    case 'response.output_text.delta':
      return saidDeltas({ content: textOf(event.delta), thinking: '', toolCalls: [] });
    case 'response.reasoning_summary_text.delta':
      return saidDeltas({ content: '', thinking: textOf(event.delta), toolCalls: [] });
    case 'response.output_item.done':
      return isCall(event.item) ? [{ kind: 'tool_call', call: readCall(event.item) }] : NOTHING;
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
      return isObject(event.response) ? ending(event.response) : NOTHING;
    case 'error':
      return [{ kind: 'fault', fault: faultIn(event) ?? faultIn({ error: event.message ?? '' }) ?? FAILED }];
    default: {
      const fault = faultIn(event);
      return fault === undefined ? NOTHING : [{ kind: 'fault', fault }];
    }
  }
}

function document(): Decoder {
  let text = '';
  return {
    push(piece) {
      text += piece;
      return NOTHING;
    },
    end() {
      const whole = parseObject(text);
      if (whole === undefined) return NOTHING;
      const fault = faultIn(whole);
      if (fault !== undefined) return [{ kind: 'fault', fault }];
      const items = objectsIn(whole.output);
      const joined = (type: string, parts: string) =>
        items
          .filter((item) => item.type === type)
          .flatMap((item) => objectsIn(item[parts]))
          .map((part) => textOf(part.text))
          .join('');
      const content = joined('message', 'content');
      const thinking = joined('reasoning', 'summary');
      const said = saidDeltas({ content, thinking, toolCalls: items.filter(isCall).map(readCall) });
      // A document is `completed` even if Ollama gave up on it; but then nothing was counted.
      const gaveUp = whole.status === 'completed' && usageIn(whole).completionTokens === 0;
      return gaveUp ? said : [...said, ...ending(whole)];
    },
  };
}

function objectsIn(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];
}

function isCall(item: Json | undefined): item is JsonObject {
  return isObject(item) && item.type === 'function_call';
}

function readCall(item: JsonObject): ToolCall {
  return { id: textOf(item.call_id), name: textOf(item.name), arguments: parseObject(textOf(item.arguments)) ?? {} };
}

/** Ollama says `completed` of what it cut at the limit as well: the repeated request gives it away. */
function ending(response: JsonObject): readonly Delta[] {
  if (response.status === 'failed' || response.status === 'cancelled')
    return [{ kind: 'fault', fault: faultIn(response) ?? FAILED }];
  const usage = usageIn(response);
  const { max_output_tokens: most } = response;
  const full = typeof most === 'number' && most > 0 && usage.completionTokens >= most;
  return [{ kind: 'done', reason: full || response.status === 'incomplete' ? 'length' : 'stop', usage }];
}

function usageIn({ usage }: JsonObject): Usage {
  const counts = isObject(usage) ? usage : {};
  return { promptTokens: tokenCount(counts.input_tokens), completionTokens: tokenCount(counts.output_tokens) };
}
