/** The generator's processes: started, set off at the same moment, listened to. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Sample } from '../measure/sample.ts';
import type { Plan } from './plan.ts';
import type { FromWorker, ToWorker } from './worker.ts';

/** From the word to the start: long enough to reach every process. */
const LEAD_MS = 200;

export interface Fleet {
  /** Ids of the processes. */
  readonly pids: readonly number[];
  /** Runs the plan, once. */
  run(plan: Plan, onSamples: (samples: readonly Sample[]) => void): Promise<FleetReport>;
  /** What is under way is answered, nothing more is asked. */
  stop(): void;
  close(): void;
}

export interface FleetReport {
  /** Of the busiest process: share of one core. */
  readonly busy: number;
  /** Most connections open at once. */
  readonly connections: number;
}

/** @param size number of processes */
export async function startFleet(size: number): Promise<Fleet> {
  const workers = await Promise.all(
    Array.from({ length: size }, () => {
      const child = fork(join(import.meta.dirname, 'worker.ts'), [], {
        serialization: 'advanced',
        execArgv: ['--disable-warning=ExperimentalWarning'],
      });
      return new Promise<typeof child>((resolve, reject) => {
        child.once('message', () => resolve(child));
        child.once('exit', () => reject(new Error('a process of the generator did not start')));
      });
    }),
  );
  const send = (message: ToWorker, at: number) => void workers[at]?.send(message);

  return {
    pids: workers.flatMap(({ pid }) => pid ?? []),
    async run(plan, onSamples) {
      const startAt = Date.now() + LEAD_MS;
      const connections = workers.map(() => 0);
      const busy = await Promise.all(
        workers.map(
          (worker, index) =>
            new Promise<number>((resolve, reject) => {
              worker.on('message', (message: FromWorker) => {
                if (message.kind === 'samples') {
                  connections[index] = message.connections;
                  onSamples(message.samples);
                } else if (message.kind === 'done') resolve(message.busy);
              });
              worker.once('exit', (code, signal) =>
                reject(new Error(`a process of the generator ended (${signal ?? `exit code ${code}`})`)),
              );
              send({ kind: 'run', plan, index, of: size, startAt }, index);
            }),
        ),
      );
      return { busy: Math.max(...busy), connections: connections.reduce((sum, count) => sum + count, 0) };
    },
    stop() {
      for (const at of workers.keys()) send({ kind: 'stop' }, at);
    },
    close() {
      for (const worker of workers) worker.kill('SIGKILL');
    },
  };
}
