import { describe, expect, it } from 'vitest';
import { bodyForOllama } from '../../../origin/src/ollama/body.ts';

const strict = { KEEP_ALIVE: '10m', CLIENT_MAY_RELOAD: false };

describe('the body for Ollama', () => {
  it('strips what places a model or drops it, however it is written', () => {
    const body = {
      model: 'm',
      messages: [],
      Keep_Alive: 0,
      _debug_render_only: true,
      shift: false,
      options: {
        NUM_GPU: 0,
        num_thread: 1,
        use_mmap: true,
        num_batch: 1,
        main_gpu: 1,
        num_ctx: 8192,
        temperature: 0.5,
      },
    };
    expect(bodyForOllama('/api/chat', body, undefined, strict)).toEqual({
      model: 'm',
      messages: [],
      options: { temperature: 0.5 },
      keep_alive: '10m',
    });
  });

  it('pins the context, and caps the tokens of an answer', () => {
    const settings = { num_ctx: 2048, num_predict: 100 };
    const options = (given: object) =>
      bodyForOllama('/api/generate', { model: 'm', options: { ...given } }, settings, strict).options;
    expect(options({})).toEqual({ num_ctx: 2048, num_predict: 100 });
    expect(options({ num_predict: -1, num_ctx: 1 })).toEqual({ num_ctx: 2048, num_predict: 100 });
    expect(options({ num_predict: 7 })).toEqual({ num_ctx: 2048, num_predict: 7 });
    expect(bodyForOllama('/api/embed', { model: 'm', input: 'x' }, settings, strict).options).toEqual({
      num_ctx: 2048,
    });
  });

  it('caps on the other APIs by their own names, and adds nothing that they do not know', () => {
    const capped = (path: string, body: object) => bodyForOllama(path, { ...body }, { num_predict: 100 }, strict);
    expect(capped('/v1/chat/completions', { model: 'm', max_tokens: 5000 })).toEqual({ model: 'm', max_tokens: 100 });
    expect(capped('/v1/chat/completions', { model: 'm' })).toEqual({ model: 'm', max_tokens: 100 });
    expect(capped('/v1/responses', { model: 'm', max_output_tokens: 3 })).toEqual({ model: 'm', max_output_tokens: 3 });
    expect(bodyForOllama('/v1/chat/completions', { model: 'm', keep_alive: 1 }, undefined, strict)).toEqual({
      model: 'm',
    });
  });

  it('lets a client choose its context only where the operator says so', () => {
    const body = { model: 'm', shift: false, options: { num_ctx: 8192, num_gpu: 1 } };
    expect(bodyForOllama('/api/chat', body, { num_ctx: 2048 }, { KEEP_ALIVE: '-1', CLIENT_MAY_RELOAD: true })).toEqual({
      model: 'm',
      shift: false,
      options: { num_ctx: 8192 },
      keep_alive: -1,
    });
  });
});
