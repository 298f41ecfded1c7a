/** A peer's process: started, waited for, ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';

const PATIENCE_MS = 20_000;

/** Resolves when something listens on the port; rejects when the process ends before, or says nothing in time. */
export async function startProcess(command: string, args: readonly string[], port: number): Promise<ChildProcess> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (piece: Buffer) => (said = (said + piece.toString()).slice(-500)));
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${command} ended: ${said.trim()}`)));
  });
  const giveUpAt = Date.now() + PATIENCE_MS;
  const listening = async () => {
    while (!(await listens(port))) {
      if (Date.now() > giveUpAt) throw new Error(`${command} did not listen on ${port}`);
      await new Promise((resume) => setTimeout(resume, 50));
    }
  };
  await Promise.race([listening(), failed]);
  failed.catch(() => undefined);
  return child;
}

export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await ended;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
