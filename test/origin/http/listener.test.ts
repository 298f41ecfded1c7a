import { once } from 'node:events';
import http2 from 'node:http2';
import { afterEach, describe, expect, it } from 'vitest';
import { type Listener, listen } from '../../../origin/src/http/listener.ts';
import { write } from '../../../origin/src/http/reply.ts';

const open: Listener[] = [];
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close();
});

async function start(handle: Parameters<typeof listen>[2]): Promise<Listener> {
  const listener = await listen('127.0.0.1', 0, handle);
  open.push(listener);
  return listener;
}

async function overH2(port: number, body: string): Promise<string> {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  const stream = session.request({ ':method': 'POST', ':path': '/echo' });
  stream.end(body);
  let text = '';
  for await (const chunk of stream) text += chunk;
  session.close();
  return text;
}

describe('one port', () => {
  it('speaks HTTP/1.1 and HTTP/2 without TLS, with large bodies on both', async () => {
    const { port } = await start(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      response.end(`${request.httpVersion} ${text}`);
    });
    const body = 'x'.repeat(300_000);
    const overH1 = await fetch(`http://127.0.0.1:${port}/echo`, { method: 'POST', body }).then((it) => it.text());
    expect(overH1).toBe(`1.1 ${body}`);
    expect(await overH2(port, body)).toBe(`2.0 ${body}`);
  });

  it('notices at once that a client has gone, while nothing has been written yet', async () => {
    const gone: number[] = [];
    const { port } = await start((_request, response) => {
      const since = performance.now();
      response.once('close', () => gone.push(performance.now() - since));
    });
    const abort = new AbortController();
    const asking = fetch(`http://127.0.0.1:${port}/`, { signal: abort.signal }).catch(() => undefined);
    const session = http2.connect(`http://127.0.0.1:${port}`);
    const stream = session.request({ ':path': '/' });
    stream.on('error', () => {});
    await new Promise((resolve) => setTimeout(resolve, 100));
    abort.abort();
    stream.close(http2.constants.NGHTTP2_CANCEL);
    await asking;
    await new Promise((resolve) => setTimeout(resolve, 100));
    session.close();
    expect(gone).toHaveLength(2);
    for (const after of gone) expect(after).toBeLessThan(180);
  });

  it('rejects when the port is taken', async () => {
    const { port } = await start((_request, response) => void response.end());
    await expect(listen('127.0.0.1', port, () => {})).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('closes with connections open', async () => {
    const listener = await start((_request, response) => void write(response, 'never ends'));
    const response = await fetch(`http://127.0.0.1:${listener.port}/`);
    const session = http2.connect(`http://127.0.0.1:${listener.port}`);
    session.on('error', () => {});
    await once(session, 'connect');
    await listener.close();
    await expect(response.text()).rejects.toThrow();
  });
});
