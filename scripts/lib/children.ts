/** Child processes of one run: started with the project's Node, stopped together, none left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

export interface Child {
  readonly name: string;
  /** How it ended; undefined while it runs. */
  readonly exit: string | undefined;
}

export interface Family {
  /** Runs a script of the project with this Node. `died` is called if it ends before `stop`. */
  start(
    name: string,
    script: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    died: (child: Child) => void,
  ): void;
  /** Asks all of them to end (SIGTERM) and waits. */
  stop(): Promise<void>;
  /** Ends all of them at once (SIGKILL). */
  kill(): void;
}

export function children(): Family {
  const running = new Set<ChildProcess>();
  let stopping = false;

  return {
    start(name, script, args, env, died) {
      // With a channel to its parent, a child notices even a parent that was killed.
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', resolve(root, script), ...args], {
        cwd: root,
        env: { ...process.env, ...env },
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      running.add(child);
      child.on('exit', (code, signal) => {
        running.delete(child);
        if (!stopping) died({ name, exit: signal ?? `exit code ${code}` });
      });
    },
    async stop() {
      stopping = true;
      await Promise.all(
        [...running].map((child) => {
          const ended = new Promise((done) => child.once('exit', done));
          child.kill('SIGTERM');
          return ended;
        }),
      );
    },
    kill() {
      for (const child of running) child.kill('SIGKILL');
    },
  };
}
