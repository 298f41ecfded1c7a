/** The command line: one line when it is ready, and an end with whoever started it. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const script = resolve(import.meta.dirname, '../../bench/simulated-ollama/main.ts');
let child: ChildProcess;
afterEach(() => child.kill('SIGKILL'));

async function urlOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('no output to read');
  const [line] = (await once(stdout, 'data')) as [Buffer];
  return /ready (http:\S+)\n$/.exec(line.toString())?.[1] ?? '';
}

test('ready in one line, its settings taken, ended by SIGTERM', async () => {
  child = spawn(process.execPath, [script, '--port', '0', '--models', 'a,b', '--load', '1', '--rate', '900'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await urlOf(child);
  const { models } = (await (await fetch(`${url}/api/tags`)).json()) as { models: { name: string }[] };
  expect(models.map(({ name }) => name)).toEqual(['a:latest', 'b:latest']);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('it ends when the process that forked it lets go', async () => {
  child = fork(script, ['--port', '0'], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  await urlOf(child);
  child.disconnect();
  expect(await once(child, 'exit')).toEqual([0, null]);
});
