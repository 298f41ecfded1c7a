/** Decoding what an origin answers on `/v1/messages`: events until `message_stop`, or one document. */
import type { Delta, Usage } from '../../exchange/answer.ts';
import { isObject, type Json, type JsonObject } from '../../exchange/json.ts';
import type { ToolCall } from '../../exchange/prompt.ts';
import { saidDeltas } from '../answer-deltas.ts';
import type { Decoder } from '../dialect.ts';
import { eventSplitter } from '../framing/sse.ts';
import { faultIn, parseObject, textOf, tokenCount, UNREADABLE } from '../openai-common.ts';

const NOTHING: readonly Delta[] = [];

/** Why an answer ended, in Ollama's words; what is none of these is no complete answer. */
const REASONS: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  tool_use: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
};

export function messagesDecoder(streaming: boolean): Decoder {
  return streaming ? events() : document();
}

interface OpenCall {
  readonly id: string;
  readonly name: string;
  json: string;
}

function events(): Decoder {
  const splitter = eventSplitter();
  const open = new Map<Json | undefined, OpenCall>();
  let stop = '';
  let usage: Usage | undefined;

  function deltas(data: string): readonly Delta[] {
    const event = parseObject(data);
    if (event === undefined) return [{ kind: 'fault', fault: UNREADABLE }];
    switch (event.type) {
      case 'content_block_start':
        return opened(event.index, event.content_block);
      case 'content_block_delta':
        return isObject(event.delta) ? written(event.index, event.delta) : NOTHING;
      case 'content_block_stop':
        return closed(event.index);
      case 'message_delta':
        stop = (isObject(event.delta) && textOf(event.delta.stop_reason)) || stop;
        usage = readUsage(event.usage) ?? usage;
        return NOTHING;
      case 'message_stop':
        return stop === '' ? NOTHING : [doneOf(stop, usage)];
      default:
        return failed(event);
    }
  }

  function opened(index: Json | undefined, block: Json | undefined): readonly Delta[] {
    if (!isObject(block)) return NOTHING;
    if (block.type === 'tool_use') open.set(index, { id: textOf(block.id), name: textOf(block.name), json: '' });
    return saidDeltas({ content: textOf(block.text), thinking: textOf(block.thinking), toolCalls: [] });
  }

  function written(index: Json | undefined, delta: JsonObject): readonly Delta[] {
    const call = open.get(index);
    if (call !== undefined) call.json += textOf(delta.partial_json);
    return saidDeltas({ content: textOf(delta.text), thinking: textOf(delta.thinking), toolCalls: [] });
  }

  function closed(index: Json | undefined): readonly Delta[] {
    const call = open.get(index);
    if (call === undefined) return NOTHING;
    open.delete(index);
    return [{ kind: 'tool_call', call: { id: call.id, name: call.name, arguments: parseObject(call.json) ?? {} } }];
  }

  return {
    push: (text) => splitter.push(text).flatMap(({ data }) => deltas(data)),
    end: () => NOTHING,
  };
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
      const blocks = Array.isArray(whole.content) ? (whole.content as readonly Json[]).filter(isObject) : [];
      const textsOf = (field: string) => blocks.map((block) => textOf(block[field])).join('');
      const toolCalls = blocks.filter(({ type }) => type === 'tool_use').map(readCall);
      const stop = textOf(whole.stop_reason);
      return [
        ...failed(whole),
        ...saidDeltas({ content: textsOf('text'), thinking: textsOf('thinking'), toolCalls }),
        ...(stop === '' ? NOTHING : [doneOf(stop, readUsage(whole.usage))]),
      ];
    },
  };
}

function readCall({ id, name, input }: JsonObject): ToolCall {
  return { id: textOf(id), name: textOf(name), arguments: isObject(input) ? input : {} };
}

function failed(event: JsonObject): readonly Delta[] {
  const fault = faultIn(event);
  return fault === undefined ? NOTHING : [{ kind: 'fault', fault }];
}

function doneOf(stop: string, usage: Usage | undefined): Delta {
  return { kind: 'done', reason: REASONS[stop] ?? stop, ...(usage && { usage }) };
}

function readUsage(value: Json | undefined): Usage | undefined {
  if (!isObject(value)) return undefined;
  return { promptTokens: tokenCount(value.input_tokens), completionTokens: tokenCount(value.output_tokens) };
}
