/** The error shape of every `/api` route; its clients read `error` only as a string in a JSON body. */
import type { Fault } from '../exchange/fault.ts';

export function ollamaErrorBody(fault: Fault): string {
  return JSON.stringify({ error: fault.message });
}
