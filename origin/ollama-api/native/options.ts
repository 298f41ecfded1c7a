/** `options`: exact lower-case names, types as Ollama checks them. */
import { Refusal } from './request.ts';

const INTEGERS =
  'num_keep seed num_predict top_k repeat_last_n num_ctx num_batch num_gpu main_gpu num_thread draft_num_predict'.split(
    ' ',
  );
const FLOATS = 'temperature top_p min_p typical_p repeat_penalty presence_penalty frequency_penalty'.split(' ');
/** Each of them is a reason to load the model anew. */
const PLACEMENT = 'num_batch num_gpu main_gpu use_mmap num_thread draft_num_predict'.split(' ');

export interface RunOptions {
  readonly numCtx: number;
  readonly placement: string;
  /** 0 and below: without a limit. */
  readonly numPredict: number;
  readonly stop: readonly string[];
}

/** Reads them; `contextLength` is that of a request without num_ctx. Throws a Refusal of status 500, as Ollama does. */
export function readOptions(options: Readonly<Record<string, unknown>>, contextLength: number): RunOptions {
  const refuse = (name: string, type: string) => new Refusal(500, `option "${name}" must be of ${type}`);
  for (const [name, value] of Object.entries(options)) {
    if (value === null || value === undefined) continue;
    if (INTEGERS.includes(name) && typeof value !== 'number') throw refuse(name, 'type integer');
    if (FLOATS.includes(name) && typeof value !== 'number') throw refuse(name, 'type float32');
    if (name === 'use_mmap' && typeof value !== 'boolean') throw refuse(name, 'type boolean');
    if (name !== 'stop') continue;
    if (!Array.isArray(value)) throw refuse(name, 'type array');
    if (!value.every((item) => typeof item === 'string')) throw refuse(name, 'an array of strings');
  }
  const whole = (name: string, otherwise: number) => {
    const value = options[name];
    return typeof value === 'number' ? Math.trunc(value) : otherwise;
  };
  const numCtx = Math.max(4, whole('num_ctx', contextLength));
  const limit = whole('num_predict', -1);
  return {
    numCtx,
    placement: JSON.stringify(PLACEMENT.map((name) => options[name] ?? null)),
    numPredict: limit > 0 ? Math.min(limit, 10 * numCtx) : 10 * numCtx,
    stop: Array.isArray(options.stop) ? options.stop.filter((word) => word !== '') : [],
  };
}
