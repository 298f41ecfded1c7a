/** The workloads by name. A new one is a file and a line here. */
import type { Shape, Workload } from './ask.ts';
import { chat } from './chat.ts';
import { faq } from './faq.ts';
import { log } from './log.ts';
import { mixed } from './mixed.ts';
import { stampede } from './stampede.ts';

const NAMED: Readonly<Record<string, (shape: Shape) => Workload>> = { faq, chat, mixed, stampede };

export const WORKLOAD_NAMES: readonly string[] = Object.keys(NAMED);

/** @param name one of the names, or a file with a log */
export function workload(name: string, shape: Shape): Workload {
  return Object.hasOwn(NAMED, name) ? (NAMED[name] as (shape: Shape) => Workload)(shape) : log(name, shape);
}
