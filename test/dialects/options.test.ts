import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOptions } from '../../src/dialects/options.ts';
import type { Json } from '../../src/exchange/json.ts';

const optionsOf = (given: Record<string, Json>) => {
  const read = readOptions(given);
  return read.kind === 'options' ? read : read.fault;
};

describe('readOptions', () => {
  it('keeps what changes the answer', () => {
    const all = {
      num_keep: 4,
      seed: -1,
      num_predict: -1,
      top_k: 40,
      top_p: 0.9,
      min_p: 0,
      typical_p: 1,
      repeat_last_n: 64,
      temperature: 0,
      repeat_penalty: 1.1,
      presence_penalty: 0,
      frequency_penalty: 0,
      stop: ['a', ''],
      num_ctx: 4096,
    };
    expect(optionsOf(all)).toEqual({ kind: 'options', options: all, unknown: undefined });
  });

  it('drops placement and retired options', () => {
    const placement = { num_batch: 1, num_gpu: 1, main_gpu: 0, use_mmap: false, num_thread: 8, draft_num_predict: 2 };
    expect(optionsOf({ ...placement, mirostat: 1, numa: 'whatever', seed: 1 })).toMatchObject({
      options: { seed: 1 },
      unknown: undefined,
    });
  });

  it('skips null, and keeps an empty stop, which overrides the model’s own', () => {
    expect(optionsOf({ seed: null, stop: [] })).toMatchObject({ options: { stop: [] } });
  });

  it('cuts the fraction off integers as Go does', () => {
    expect(optionsOf({ num_predict: 10.9, seed: -10.9, top_k: 3 })).toMatchObject({
      options: { num_predict: 10, seed: -10, top_k: 3 },
    });
  });

  it('sets apart what it does not know; names are exact', () => {
    expect(optionsOf({ Temperature: 1, dry_multiplier: 'x' })).toMatchObject({
      options: {},
      unknown: { Temperature: 1, dry_multiplier: 'x' },
    });
  });

  it.each([
    [{ temperature: '1' }, 'option "temperature" must be of type float32'],
    [{ seed: '1' }, 'option "seed" must be of type integer'],
    [{ num_gpu: true }, 'option "num_gpu" must be of type integer'],
    [{ use_mmap: 1 }, 'option "use_mmap" must be of type boolean'],
    [{ stop: 'a' }, 'option "stop" must be of type array'],
    [{ stop: ['a', 1] }, 'option "stop" must be of an array of strings'],
  ])('refuses %j', (given, message) => {
    expect(optionsOf(given)).toEqual({ kind: 'invalid_request', status: 400, message });
  });

  it('reads what it gave as the same again', () => {
    const any = fc.dictionary(fc.constantFrom('seed', 'top_p', 'stop', 'num_gpu', 'x'), fc.jsonValue({ maxDepth: 1 }));
    fc.assert(
      fc.property(any, (given) => {
        const read = readOptions(JSON.parse(JSON.stringify(given)));
        if (read.kind === 'fault') return;
        expect(readOptions(JSON.parse(JSON.stringify({ ...read.options, ...read.unknown })))).toEqual(read);
      }),
    );
  });
});
