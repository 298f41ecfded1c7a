/** All that the simulated model will say to a request: a function of the native prompt, whatever API it came through. */
import { createHash } from 'node:crypto';
import type { Message, NativeRequest } from '../../../origin/ollama-api/native/request.ts';
import { answerTo } from './knowledge.ts';
import { valueFor } from './schema.ts';
import { seeded } from './seed.ts';
import { tokenId, tokensOf } from './tokens.ts';
import { callsFor, type PlannedCall } from './tool-use.ts';

/** Tokens whose text the parsers keep: `silent` are the tags around thoughts, `held` what turns out to be a call. */
export type ScriptToken =
  | { readonly kind: 'thinking' | 'content' | 'silent' | 'held'; readonly text: string }
  | { readonly kind: 'call'; readonly text: string; readonly call: PlannedCall };

export interface Script {
  /** The prompt as the template renders it: what prefixes are compared by. */
  readonly prompt: string;
  readonly promptTokens: number;
  readonly promptIds: readonly number[];
  readonly tokens: readonly ScriptToken[];
}

/** Defaults of v0.24 but for repeat_penalty, which newer versions turn off. */
const SAMPLING: Readonly<Record<string, number>> = {
  seed: -1,
  temperature: 0.8,
  top_k: 40,
  top_p: 0.9,
  min_p: 0,
  typical_p: 1,
  repeat_last_n: 64,
  repeat_penalty: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
};

/** `identity` names the weights: a model's digest. */
export function writeScript(request: NativeRequest, identity: string, think: boolean | string): Script {
  const prompt = render(request, think);
  const sampling = Object.keys(SAMPLING).map((name) => request.options[name] ?? SAMPLING[name]);
  const seed = JSON.stringify([identity, prompt, sampling, request.format ?? '']);
  const promptIds = [1, ...(request.extra?.context ?? []), ...tokensOf(prompt).map(tokenId)];
  return { prompt, promptTokens: promptIds.length, promptIds, tokens: speak(request, seed, think) };
}

function speak({ messages, tools, format }: NativeRequest, seed: string, think: boolean | string): ScriptToken[] {
  const pick = seeded(seed);
  const turn = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  const said: ScriptToken[] = [];
  const add = (kind: 'thinking' | 'content' | 'silent' | 'held', text: string) =>
    said.push(...tokensOf(text).map((token) => ({ kind, text: token })));

  if (think !== false) {
    // The template has opened the tag.
    add('thinking', `The user asks: ${turn.slice(0, 60)} I ${['know', 'can answer', 'remember'][pick(3)]} this.\n`);
    add('silent', '</think>');
  }
  if (think !== false && format !== undefined) said.push({ kind: 'content', text: '' });
  const calls = format === undefined ? callsFor(messages, tools) : [];
  const last = messages.at(-1);
  if (calls.length > 0)
    for (const call of calls) {
      add('held', `<tool_call>\n${JSON.stringify(call).slice(0, -1)}`);
      said.push({ kind: 'call', text: '}', call });
      add('held', '\n</tool_call>');
    }
  else if (format === '"json"')
    add('content', `{"answer": ${JSON.stringify(answerTo(turn, pick))}, "confidence": ${pick(100) / 100}}`);
  else if (format !== undefined) add('content', valueFor(JSON.parse(format), pick));
  else if (last?.role === 'tool') add('content', `The tool says: ${last.content.slice(0, 200)}`);
  else add('content', answerTo(turn, pick));
  return said;
}

function render({ messages, tools, extra }: NativeRequest, think: boolean | string): string {
  const thought = think === false ? '' : typeof think === 'string' ? `<|think ${think}|>` : '<|think|>';
  if (extra?.raw === true) return extra.prompt;
  const plain = [
    tools.length === 0 ? '' : `<|tools|>\n${tools.map(({ text }) => text).join('\n')}\n`,
    ...messages.map(renderMessage),
    `<|assistant|>\n${thought}`,
  ].join('');
  // A context's numbers are tokens of their own; here they only tell prompts apart.
  const more = extra === undefined ? [] : [extra.template, extra.suffix, extra.context.join(' ')];
  return more.every((part) => part === '') ? plain : `${more.join('\n')}\n${plain}`;
}

function renderMessage(message: Message): string {
  const { role, content, thinking, images, toolCalls, toolName, toolCallId } = message;
  const shown = images.map((image) => `[img ${createHash('sha256').update(image).digest('hex').slice(0, 12)}]`);
  const calls = toolCalls.map(
    ({ name, arguments: given }) => `<tool_call>${JSON.stringify([name, given])}</tool_call>`,
  );
  const named = [toolName, toolCallId].filter((part) => part !== '').join(' ');
  const thought = thinking === '' ? '' : `<think>${thinking}</think>`;
  return `<|${role}|>${named}\n${shown.join('')}${thought}${content}${calls.join('')}</s>\n`;
}
