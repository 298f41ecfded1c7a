/** Shape: how a session's next request is made of the one before, found out from two of them, and applied to make a third. */
import { createHash } from 'node:crypto';
import type { Answer } from '../../../src/exchange/answer.ts';
import { canonicalJson, type Json } from '../../../src/exchange/json.ts';
import { orderKept } from '../../../src/exchange/key.ts';
import type { Message, Prompt } from '../../../src/exchange/prompt.ts';
import type { Form } from './markov.ts';

/** What has to be remembered of a request to recognise the next one's form. */
export interface Shape {
  /** What is asked: the last user turn, or the text. */
  readonly question: string;
  /** Hash of everything, of everything but the question, and of what came before the last answer. */
  readonly whole: string;
  readonly stem: string;
  readonly before: string | undefined;
  /** Hash of the answer that the request itself quotes, if it does. */
  readonly quoted: string | undefined;
}

/** Undefined for what is not predicted: with images or tools, or where the last turn is not a person's. */
export function shapeOf(prompt: Prompt): Shape | undefined {
  if (prompt.kind === 'text') {
    if (prompt.images !== undefined || prompt.suffix !== undefined) return undefined;
    const { context, ...rest } = prompt;
    return {
      question: prompt.prompt,
      // What /api/generate continues with is the answer's own context: it stands for everything before.
      whole: hash({ ...rest, prompt: '' }),
      stem: hash({ ...prompt, prompt: '' }),
      before: context === undefined ? undefined : hash({ ...rest, prompt: '' }),
      quoted: context === undefined ? undefined : hashOf(JSON.stringify(context)),
    };
  }
  const { messages } = prompt;
  const last = messages.at(-1);
  if (last?.role !== 'user' || last.images !== undefined || messages.some(({ toolCalls }) => toolCalls !== undefined))
    return undefined;
  const answer = messages.at(-2);
  const follows = answer?.role === 'assistant' && messages.length > 2;
  return {
    question: last.content,
    whole: hash(prompt),
    stem: hash({ ...prompt, messages: messages.slice(0, -1) }),
    before: follows ? hash({ ...prompt, messages: messages.slice(0, -2) }) : undefined,
    quoted: follows ? hashOf(answer.content) : undefined,
  };
}

/** Hashes of what a next request can quote of an answer. */
export function quotable({ content, context }: Answer): readonly string[] {
  return [content, ...(context === undefined ? [] : [JSON.stringify(context)])].map(hashOf);
}

/** @param given what of the last answer can be quoted, where it is known */
export function formOf(one: Shape, next: Shape, given: readonly string[] | undefined): Form {
  if (next.before !== undefined && next.before === one.whole)
    return given === undefined || given.includes(next.quoted ?? '') ? 'follow-up' : 'other';
  return one.stem === next.stem ? 'alone' : 'other';
}

/** The request that a person would make next; undefined where it cannot be made. */
export function nextPrompt(prompt: Prompt, answer: Answer, form: Form, question: string): Prompt | undefined {
  if (form === 'other') return undefined;
  if (prompt.kind === 'text') {
    if (form === 'alone') return { ...prompt, prompt: question };
    return answer.context === undefined ? undefined : { ...prompt, prompt: question, context: answer.context };
  }
  const turn: Message = { role: 'user', content: question };
  if (form === 'alone') return { ...prompt, messages: [...prompt.messages.slice(0, -1), turn] };
  // What a client keeps of an answer with calls or thoughts is its own affair.
  if (answer.toolCalls.length > 0) return undefined;
  return { ...prompt, messages: [...prompt.messages, { role: 'assistant', content: answer.content }, turn] };
}

const hash = (prompt: Prompt) => hashOf(canonicalJson(orderKept(prompt) as Json));

const hashOf = (text: string) => createHash('sha1').update(text).digest('base64');
