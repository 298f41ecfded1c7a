/** Recovery: a lane that was taken out is tried until it works, not only answers. */
import type { Lane, ResidentModel } from './lane.ts';

/** Pauses before the tries, ms; the last one goes on. */
const PAUSES_MS = [500, 1_000, 2_000, 4_000] as const;

/**
 * @param closed whether nobody waits for it any more
 * @returns what the lane has in memory, once it works; undefined when closed before
 */
export async function untilItWorks(lane: Lane, closed: () => boolean): Promise<readonly ResidentModel[] | undefined> {
  for (let attempt = 0; !closed(); attempt += 1) {
    const pause = PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)] as number;
    await new Promise((resolve) => setTimeout(resolve, pause).unref());
    if (closed() || !(await lane.reachable())) continue;
    const resident = await lane.ps();
    const [held] = resident ?? [];
    if (resident !== undefined && (held === undefined || (await worksWith(lane, held)))) return resident;
  }
  return undefined;
}

/** What a model is used for is not known here: an embedding model refuses a generation, and has answered all the same. */
function worksWith(lane: Lane, { model }: ResidentModel): Promise<boolean> {
  return lane.canary(model, 'generate', lane.first.limit());
}
