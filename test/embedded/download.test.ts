/** `npm run model:get`: a file that comes whole, in two parts, or not at all. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { download, type Progress } from '../../scripts/lib/download.ts';

const MODEL = Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(300_000, 7)]);
const folder = mkdtempSync(join(tmpdir(), 'edge-cache-download-'));
const path = join(folder, 'models', 'a.gguf');
const ranges: (string | undefined)[] = [];
let server: Server;
let base: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (request.url === '/a.gguf') {
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': String(MODEL.length - from) });
      response.end(MODEL.subarray(from));
    } else if (request.url === '/cut.gguf') {
      response.writeHead(200, { 'content-length': String(MODEL.length) });
      response.write(MODEL.subarray(0, 100_000), () => response.destroy());
    } else if (request.url === '/page') response.end('<html>not a model</html>');
    else response.writeHead(404).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  rmSync(join(folder, 'models'), { recursive: true, force: true });
  ranges.length = 0;
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await new Promise((closed) => server.close(closed));
});

it('comes whole, and tells how far it is', async () => {
  const told: Progress[] = [];
  expect(await download(`${base}/a.gguf`, path, (progress) => told.push(progress))).toEqual({
    ok: true,
    bytes: MODEL.length,
  });
  expect(readFileSync(path).equals(MODEL)).toBe(true);
  expect(told.at(-1)).toEqual({ bytes: MODEL.length, total: MODEL.length });
  expect(existsSync(`${path}.part`)).toBe(false);
});

it('that was cut goes on where it ended', async () => {
  expect(await download(`${base}/cut.gguf`, path, () => {})).toMatchObject({
    ok: false,
    offline: false,
    why: expect.stringContaining('cut'),
  });
  expect(existsSync(path)).toBe(false);
  const part = readFileSync(`${path}.part`);
  expect(await download(`${base}/a.gguf`, path, () => {})).toEqual({ ok: true, bytes: MODEL.length });
  expect(ranges.at(-1)).toBe(part.length > 0 ? `bytes=${part.length}-` : undefined);
  expect(readFileSync(path).equals(MODEL)).toBe(true);
});

it.each([
  ['/page', 'is no GGUF file'],
  ['/nothing', 'answered 404'],
])('%s: %s', async (route, why) => {
  expect(await download(base + route, path, () => {})).toMatchObject({
    ok: false,
    offline: false,
    why: expect.stringContaining(why),
  });
  expect(existsSync(path)).toBe(false);
});

it('without a way to the server says so', async () => {
  expect(await download('http://127.0.0.1:1/a.gguf', path, () => {})).toMatchObject({
    ok: false,
    offline: true,
    why: expect.stringContaining('cannot be reached'),
  });
});
