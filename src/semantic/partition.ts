/**
 * Partition: the prompts that may share an answer although their last user turns read differently. Everything else is equal in
 * it: tenant, namespace, the model's digest, system, history, tools, format, sampling.
 */
import { canonicalJson } from '../exchange/json.ts';
import { orderKept, type Scope, sha256Hex } from '../exchange/key.ts';
import type { ChatPrompt, Message, Prompt, TextPrompt } from '../exchange/prompt.ts';
import type { EmbedderName } from './embedder.ts';

export interface Semantic {
  /** Lower-case hex. */
  readonly partition: string;
  /** What is compared: the last user turn. */
  readonly question: string;
  /** What kind of conversation it is; errors are bounded for each kind by itself. */
  readonly kind: 'question' | 'follow-up';
}

/** Longer turns are documents rather than questions: no short vector says what such a text asks. */
const MAX_QUESTION = 2_000;

/**
 * Undefined for what is never matched semantically.
 * @param embedder vectors of different embedders are never compared
 */
export async function partitionOf(scope: Scope, prompt: Prompt, embedder: EmbedderName): Promise<Semantic | undefined> {
  if (prompt.format !== undefined || prompt.logprobs) return undefined;
  const split = prompt.kind === 'chat' ? splitChat(prompt) : splitText(prompt);
  if (split === undefined) return undefined;
  const question = split.question.trim();
  if (question === '' || question.length > MAX_QUESTION) return undefined;
  const partition = await sha256Hex(canonicalJson({ embedder, ...scope, rest: orderKept(split.rest) }));
  return { partition, question, kind: split.followUp ? 'follow-up' : 'question' };
}

interface Split {
  readonly question: string;
  readonly rest: Prompt;
  readonly followUp: boolean;
}

function splitChat(prompt: ChatPrompt): Split | undefined {
  const last = prompt.messages.at(-1);
  if (last === undefined || last.role !== 'user' || prompt.messages.some(usesToolsOrImages)) return undefined;
  const { content, ...turn } = last;
  const history = prompt.messages.slice(0, -1);
  const rest = { ...prompt, messages: [...history, { ...turn, content: '' }] };
  return { question: content, rest, followUp: history.some((message) => message.role !== 'system') };
}

function usesToolsOrImages(message: Message): boolean {
  return message.images !== undefined || message.toolCalls !== undefined || message.role === 'tool';
}

function splitText(prompt: TextPrompt): Split | undefined {
  if (prompt.raw || prompt.suffix !== undefined || prompt.images !== undefined) return undefined;
  return { question: prompt.prompt, rest: { ...prompt, prompt: '' }, followUp: prompt.context !== undefined };
}
