/** From a request to the tokens that the model reads. */
import { Template } from '@huggingface/jinja';
import type { LlamaModel, Token } from 'node-llama-cpp';
import { type Message, type NativeRequest, Refusal } from '../ollama-api/native/request.ts';
import type { ModelFile } from './model-file.ts';

/** Throws a Refusal for what the engine cannot render, and for a prompt that is too long and may not be cut. */
export function promptTokens(file: ModelFile, model: LlamaModel, request: NativeRequest, numCtx: number): Token[] {
  const { extra, messages, truncate } = request;
  if (messages.some(({ images }) => images.length > 0))
    throw new Refusal(400, 'the embedded engine reads no images', 'stream');
  if (extra !== undefined && extra.template !== '')
    throw new Refusal(400, "the embedded engine renders the model's own template only", 'stream');
  const before = (extra?.context ?? []) as Token[];
  const tokensOf = (said: readonly Message[]) => {
    const text = extra?.raw === true ? extra.prompt : render(file, model, said);
    return beginning(model, [...before, ...model.tokenize(text, true)]);
  };
  const all = tokensOf(messages);
  if (all.length <= numCtx && (all.length < numCtx || !truncate)) return all;
  if (!truncate) throw new Refusal(400, 'the input length exceeds the context length', 'stream');
  // A quarter of the context stays free for the answer.
  const room = numCtx - Math.ceil(numCtx / 4);
  return cut(shortened(messages, tokensOf, room), room);
}

/** Without the oldest messages, as far as needed; what the system says and the last message stay. */
function shortened(
  messages: readonly Message[],
  tokensOf: (said: readonly Message[]) => Token[],
  room: number,
): Token[] {
  let kept = [...messages];
  let tokens = tokensOf(kept);
  while (tokens.length > room) {
    const oldest = kept.findIndex(({ role }, at) => role !== 'system' && at < kept.length - 1);
    if (oldest < 0) break;
    kept = kept.toSpliced(oldest, 1);
    tokens = tokensOf(kept);
  }
  return tokens;
}

/** The first four tokens and the end, as Ollama's num_keep has it. */
function cut(tokens: Token[], room: number): Token[] {
  const keep = 4;
  return tokens.length <= room ? tokens : [...tokens.slice(0, keep), ...tokens.slice(keep - room)];
}

function beginning({ tokens: { bos, shouldPrependBosToken } }: LlamaModel, tokens: Token[]): Token[] {
  return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens;
}

const templates = new Map<string, Template>();

function render({ chatTemplate }: ModelFile, model: LlamaModel, messages: readonly Message[]): string {
  if (chatTemplate === undefined) return messages.map(({ content }) => content).join('\n');
  let template = templates.get(chatTemplate);
  if (template === undefined) {
    template = new Template(chatTemplate);
    templates.set(chatTemplate, template);
  }
  try {
    return template.render({
      messages: messages.map(({ role, content }) => ({ role, content })),
      add_generation_prompt: true,
      bos_token: model.tokens.bosString ?? '',
      eos_token: model.tokens.eosString ?? '',
    });
  } catch (error) {
    throw new Refusal(400, `the model's chat template: ${error instanceof Error ? error.message : error}`, 'stream');
  }
}
