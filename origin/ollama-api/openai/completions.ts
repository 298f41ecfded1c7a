/** /v1/completions. */
import type { Dialect, Writer } from '../dialect.ts';
import { any, bool, decode, float32, int, str, struct } from '../go/decode.ts';
import { goJson } from '../go/write.ts';
import { EMPTY_MESSAGE, type Ending, type NativeRequest, Refusal } from '../native/request.ts';
import { DONE, data, drawnId, present, refusal, SSE, seconds, usageOf } from './common.ts';

const body = struct('openai.CompletionRequest', {
  model: str,
  prompt: str,
  frequency_penalty: float32,
  max_tokens: int,
  presence_penalty: float32,
  seed: int,
  stop: any,
  stream: bool,
  stream_options: struct('openai.StreamOptions', { include_usage: bool }),
  temperature: float32,
  top_p: float32,
  suffix: str,
  logprobs: int,
});

function stopsOf(stop: unknown): readonly string[] | undefined {
  if (typeof stop === 'string') return [stop];
  if (!Array.isArray(stop)) return undefined;
  const wrong: unknown = stop.find((word) => typeof word !== 'string');
  if (wrong === undefined) return stop.length === 0 ? undefined : stop;
  const type = typeof wrong === 'number' ? 'float64' : typeof wrong === 'boolean' ? 'bool' : typeof wrong;
  throw new Refusal(400, `invalid type for 'stop' field: ${type}`, 'reader');
}

function read(text: string): { readonly request: NativeRequest; readonly includeUsage: boolean } {
  const given = decode(text, body);
  if (given === undefined) throw new Refusal(400, 'EOF', 'reader');
  const prompt = given.prompt ?? '';
  const logprobs = given.logprobs ?? 0;
  const request: NativeRequest = {
    route: 'generate',
    model: given.model ?? '',
    stream: given.stream ?? false,
    messages: [{ ...EMPTY_MESSAGE, role: 'user', content: prompt }],
    extra: { prompt, suffix: given.suffix ?? '', system: '', template: '', context: [], raw: false },
    tools: [],
    format: undefined,
    think: undefined,
    thinkIfAble: false,
    options: present({
      stop: stopsOf(given.stop),
      num_predict: given.max_tokens,
      temperature: given.temperature ?? 1,
      seed: given.seed,
      frequency_penalty: given.frequency_penalty ?? 0,
      presence_penalty: given.presence_penalty ?? 0,
      // Zero counts as absent here.
      top_p: given.top_p || 1,
    }),
    truncate: true,
    logprobs: logprobs > 0,
    topLogprobs: logprobs,
    keepAliveMs: undefined,
  };
  return { request, includeUsage: given.stream_options?.include_usage ?? false };
}

function createWriter({ model }: NativeRequest, includeUsage: boolean): Writer {
  const id = drawnId('cmpl-');
  const frame = (choices: readonly object[], ending?: Ending, named = model) =>
    data({
      id,
      object: 'text_completion',
      created: seconds(),
      choices,
      model: named,
      system_fingerprint: 'fp_ollama',
      ...(includeUsage && { usage: usageOf(ending) }),
    });
  return {
    // Neither thoughts nor logprobs are written, though the chunks that carried them are.
    stream({ content, ending }) {
      const spoken = frame([{ text: content, index: 0, finish_reason: ending?.reason ?? null }]);
      if (ending === undefined) return spoken;
      return `${spoken}${includeUsage ? frame([], ending) : ''}${DONE}`;
    },
    whole: ({ content, ending }) =>
      `${goJson({
        id,
        object: 'text_completion',
        created: seconds(),
        model,
        system_fingerprint: 'fp_ollama',
        choices: [{ text: content, index: 0, finish_reason: ending?.reason ?? null }],
        usage: usageOf(ending),
      })}\n`,
    broken: () => frame([{ text: '', index: 0, finish_reason: null }], undefined, ''),
  };
}

export const openaiCompletions: Dialect = {
  path: '/v1/completions',
  streamHeaders: SSE,
  native: false,
  refusal,
  read(text) {
    const { request, includeUsage } = read(text);
    return { request, writer: createWriter(request, includeUsage) };
  },
};
