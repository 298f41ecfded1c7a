/** What the processes of this machine take, read from /proc; on systems without it nothing is known. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export interface Process {
  readonly name: string;
  readonly pid: number;
}

export interface Reading {
  /** Resident memory in bytes. */
  readonly memory: number;
  /** Open descriptors. */
  readonly descriptors: number;
  /** CPU time so far, in seconds. */
  readonly cpu: number;
}

/** What Linux counts CPU time in (USER_HZ), on every platform that Node runs on. */
const TICKS_A_SECOND = 100;

/** Undefined where it has ended or the system does not say. */
export function readProcess(pid: number): Reading | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    // The name in brackets may hold spaces: fields are counted from behind it. utime and stime are the 14th and 15th.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return {
      memory: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024,
      descriptors: readdirSync(`/proc/${pid}/fd`).length,
      cpu: (Number(stat[11]) + Number(stat[12])) / TICKS_A_SECOND,
    };
  } catch {
    return undefined;
  }
}

/** Ids of the processes that this one has started, by the beginning of their name. */
export function childrenNamed(name: string): number[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        return status.startsWith(`Name:\t${name}`) && status.includes(`\nPPid:\t${process.pid}\n`);
      } catch {
        return false;
      }
    })
    .map(Number);
}

export interface Watched {
  readonly name: string;
  /** One reading a beat. */
  readonly readings: readonly Reading[];
}

export interface Watch {
  /** Ends it. Processes of which nothing could be read are left out. */
  stop(): readonly Watched[];
}

/** Reads all of them each `beatMs`, from now on. */
export function watch(processes: readonly Process[], beatMs = 1000): Watch {
  const watched = processes.map(({ name, pid }) => ({ name, pid, readings: [] as Reading[] }));
  const beat = () => {
    for (const { pid, readings } of watched) {
      const reading = readProcess(pid);
      if (reading !== undefined) readings.push(reading);
    }
  };
  beat();
  const timer = setInterval(beat, beatMs);
  return {
    stop() {
      clearInterval(timer);
      beat();
      return watched.filter(({ readings }) => readings.length > 0);
    },
  };
}
