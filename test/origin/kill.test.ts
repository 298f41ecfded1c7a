import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../scripts/lib/ports.ts';
import { type ScriptedOllama, startScriptedOllama } from './support/scripted-ollama.ts';
import { chat, freshKey, SECRET } from './support/sidecar.ts';

let ollama: ScriptedOllama;
let folder: string;
const processes: ChildProcess[] = [];
beforeEach(async () => {
  ollama = await startScriptedOllama();
  folder = mkdtempSync(join(tmpdir(), 'kill-'));
});
afterEach(async () => {
  for (const each of processes.splice(0)) each.kill('SIGKILL');
  await ollama.close();
  rmSync(folder, { recursive: true, force: true });
});

async function run(port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, [resolve(import.meta.dirname, '../../origin/src/main.ts')], {
    env: {
      ...process.env,
      ORIGIN_SECRET: SECRET,
      ORIGIN_PORT: String(port),
      OLLAMA_URL: ollama.url,
      STATE_DIR: folder,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  processes.push(child);
  let said = '';
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    said += chunk;
    if (said.includes('ready')) return child;
  }
  throw new Error(`the sidecar did not start: ${said}`);
}

const ask = (port: number, key: string, content: string) =>
  fetch(`http://127.0.0.1:${port}/api/chat`, {
    method: 'POST',
    headers: { 'x-edge-secret': SECRET, 'x-edge-key': key, 'x-edge-store': '1' },
    body: JSON.stringify(chat(content)),
  });

describe('the process', () => {
  it('a kill -9 under load loses no answer that a client has had', async () => {
    const port = await freePort();
    const first = await run(port);
    const had: string[] = [];
    const asking = Array.from({ length: 8 }, async () => {
      for (;;) {
        const key = freshKey();
        const response = await ask(port, key, key).catch(() => undefined);
        const text = await response?.text().catch(() => undefined);
        if (text === undefined) return;
        if (text.includes('"done":true')) had.push(key);
      }
    });
    while (had.length < 60) await new Promise((resume) => setTimeout(resume, 5));
    const before = [...had];
    await new Promise((resume) => setTimeout(resume, 20));
    first.kill('SIGKILL');
    await Promise.all(asking);
    await run(port);
    const generations = ollama.generations.length;
    for (const key of before) {
      const response = await ask(port, key, key);
      expect(response.headers.get('cache-status')).toMatch(/^disk; hit/);
      await response.text();
    }
    expect(ollama.generations).toHaveLength(generations);
  });

  it('ends on SIGTERM once its streams have finished', async () => {
    const port = await freePort();
    const child = await run(port);
    ollama.script = { gapMs: 50, words: 15 };
    const stream = await ask(port, freshKey(), 'x');
    child.kill('SIGTERM');
    expect(await stream.text()).toContain('"done":true');
    expect((await once(child, 'exit'))[0]).toBe(0);
  });

  it('names what is wrong in its settings, and a port that is taken', async () => {
    const port = await freePort();
    await run(port);
    const second = spawn(process.execPath, [resolve(import.meta.dirname, '../../origin/src/main.ts')], {
      env: {
        ...process.env,
        ORIGIN_SECRET: SECRET,
        ORIGIN_PORT: String(port),
        STATE_DIR: folder,
        OLLAMA_URL: ollama.url,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    for await (const chunk of second.stderr) said += chunk;
    expect(said).toContain(`ORIGIN_PORT ${port} is taken`);
    const third = spawn(process.execPath, [resolve(import.meta.dirname, '../../origin/src/main.ts')], {
      env: { ...process.env, ORIGIN_SECRET: '', QUEUE_LIMIT: 'x' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    said = '';
    for await (const chunk of third.stderr) said += chunk;
    expect(said).toContain('ORIGIN_SECRET');
    expect(said).toContain('QUEUE_LIMIT');
  });
});
