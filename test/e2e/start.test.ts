/** `npm start` as a newcomer runs it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../scripts/lib/ports.ts';
import { chatBody, freshQuestion, post, wordsOf } from './ask.ts';

const root = resolve(import.meta.dirname, '../..');
const state = mkdtempSync(join(tmpdir(), 'edge-cache-start-'));
afterAll(() => rmSync(state, { recursive: true, force: true }));

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

const runs: Run[] = [];
afterEach(async () => {
  for (const { child, ended } of runs.splice(0)) {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The whole group has gone already.
    }
    await ended;
  }
});

async function npmStart(env: Record<string, string>): Promise<Run> {
  const [port, originPort] = [await freePort(), await freePort()];
  const child = spawn('npm', ['start'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      PORT: String(port),
      ORIGIN_PORT: String(originPort),
      STATE_DIR: state,
      OLLAMA_URL: '',
      SIMULATED_OLLAMA: 'true',
      ...env,
    },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (piece: Buffer) => (text += piece.toString()));
  const run = { child, output: () => text, ended: new Promise<number | null>((done) => child.once('close', done)) };
  runs.push(run);
  return run;
}

async function ready(run: Run): Promise<string> {
  await expect.poll(run.output, { timeout: 45_000 }).toMatch(/^ready http:\/\/localhost:\d+$/m);
  return /^ready (\S+)$/m.exec(run.output())?.[1] ?? '';
}

/** Processes that belong to this run: they have its state folder in their environment. */
function processesOfRun(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`STATE_DIR=${state}`);
      } catch {
        return false;
      }
    });
}

describe('npm start', () => {
  it('starts the pair, says what to try, answers, and ends with everything it started', async () => {
    const run = await npmStart({});
    const url = await ready(run);
    expect(run.output()).toMatch(/curl -i http:\/\/localhost:\d+\/api\/generate/);
    expect(run.output()).toContain('API_KEYS is not set');
    expect(run.output()).toContain('Limits are off');
    const body = chatBody(freshQuestion());
    expect((await post(url, '/api/chat', body)).cache).toBe('MISS');
    expect((await post(url, '/api/chat', body)).cache).toBe('HIT');
    expect(processesOfRun().length).toBeGreaterThan(1);

    const askedAt = Date.now();
    run.child.kill('SIGTERM');
    await run.ended;
    expect(Date.now() - askedAt).toBeLessThan(5_000);
    await expect.poll(processesOfRun, { timeout: 2_000 }).toEqual([]);
  });

  it('without an Ollama runs a real model, says how small it is, and streams its answer', async () => {
    const run = await npmStart({ SIMULATED_OLLAMA: '' });
    const url = await ready(run);
    // On a machine with an Ollama that one is taken.
    if (run.output().includes('Origin  Ollama at')) return;
    expect(run.output()).toContain('Real, but tiny');
    expect(run.output()).toContain('"model":"demo"');
    const ask = () =>
      fetch(`${url}/api/generate`, {
        method: 'POST',
        body: JSON.stringify({ model: 'demo', prompt: 'Why is the sky blue?', options: { temperature: 0 } }),
      });
    const first = await ask();
    const lines = (await first.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { response: string });
    expect(first.headers.get('x-cache')).toBe('MISS');
    expect(lines.length).toBeGreaterThan(10);
    expect(lines.map(({ response }) => response).join('')).toMatch(/scatters blue light far more than red/);
    expect((await ask()).headers.get('x-cache')).toBe('HIT');
  });

  it('runs the model of EMBEDDED_MODEL under the name of its file', async () => {
    const model = join(state, 'Other Model.gguf');
    copyFileSync(join(root, 'origin/demo-model/demo.gguf'), model);
    const run = await npmStart({ SIMULATED_OLLAMA: '', EMBEDDED_MODEL: model });
    const url = await ready(run);
    if (run.output().includes('Origin  Ollama at')) return;
    const answer = await post(url, '/api/chat', chatBody('What is the capital of France?', { model: 'other-model' }));
    expect(answer.status).toBe(200);
    expect(wordsOf(answer.text)).toContain('Paris');
  });

  it('says when the model of EMBEDDED_MODEL cannot be run', async () => {
    const model = join(state, 'broken.gguf');
    writeFileSync(model, 'this is no model');
    const run = await npmStart({ SIMULATED_OLLAMA: '', EMBEDDED_MODEL: model });
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain('broken.gguf is no model that can be read');
  });

  it('keeps its answers over a restart', async () => {
    const body = chatBody('asked before the restart');
    const first = await npmStart({});
    expect((await post(await ready(first), '/api/chat', body)).status).toBe(200);
    await new Promise((resume) => setTimeout(resume, 500));
    // As a terminal does on Ctrl-C: to the whole group.
    if (first.child.pid !== undefined) process.kill(-first.child.pid, 'SIGINT');
    await first.ended;
    expect(processesOfRun()).toEqual([]);
    const second = await npmStart({});
    expect((await post(await ready(second), '/api/chat', body)).cache).toBe('HIT');
  });

  it('prints nothing of what is asked, answered or presented as a key, whatever goes wrong', async () => {
    const run = await npmStart({});
    const url = await ready(run);
    const secret = 'a-secret-of-the-client';
    const headers = { authorization: `Bearer ${secret}`, 'x-session-id': secret };
    const body = chatBody(`${secret}: what do you know?`);
    expect((await post(url, '/api/chat', body, headers)).text).not.toBe('');
    await post(url, '/api/chat', { ...body, model: `no-${secret}` }, headers);
    await post(url, '/api/chat', `{"model":"${secret}", broken`, headers);
    await post(url, '/v1/embeddings', { model: 'all-minilm', input: [secret] }, headers);
    await fetch(`${url}/api/cache/stats`, { headers });
    await new Promise((resume) => setTimeout(resume, 700));
    expect(run.output()).not.toContain(secret);
  });

  it('names the setting of a port that is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => taken.once('listening', listening));
    const address = taken.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    for (const name of ['PORT', 'ORIGIN_PORT']) {
      const run = await npmStart({ [name]: String(port) });
      expect(await run.ended).toBe(1);
      expect(run.output()).toContain(`port ${port} is taken`);
      expect(run.output()).toContain(`set ${name} to another`);
    }
    taken.close();
  });

  it.each([
    [{ CACHE_TTL: 'a week' }, 'CACHE_TTL'],
    [{ PORT: 'http' }, 'PORT'],
    [{ OLLAMA_URL: 'localhost' }, 'OLLAMA_URL'],
    [{ EMBEDDED_MODEL: '/no/such/model.gguf' }, 'EMBEDDED_MODEL'],
    [{ API_KEYS: '{"plain":"acme"}' }, 'API_KEYS'],
  ])('names a wrong setting: %o', async (env, name) => {
    const run = await npmStart(env as Record<string, string>);
    expect(await run.ended).toBe(1);
    expect(run.output()).toContain(`bad setting ${name}`);
  });
});
