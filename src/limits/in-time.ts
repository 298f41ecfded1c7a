/** What a counter elsewhere says in time; undefined where it is late or fails: then nobody is refused for it. */
import { within } from '../within.ts';

export function inTime<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  return within(ms, work).catch(() => undefined);
}
