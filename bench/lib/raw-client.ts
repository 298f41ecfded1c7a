/**
 * A load client of as little work as possible: prebuilt requests over kept-alive sockets, responses ended by their
 * Content-Length or their last chunk. It leaves the machine to what is measured; it is no HTTP client for anything else.
 */
import { connect, type Socket } from 'node:net';

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Requests a second. */
  readonly throughput: number;
  /** Milliseconds, sorted. */
  readonly latencies: Float64Array;
}

export interface LoadOptions {
  readonly port: number;
  readonly path: string;
  /** By the request's number, for requests that differ. */
  readonly body: string | ((request: number) => string);
  readonly headers?: Readonly<Record<string, string>>;
  readonly connections: number;
  /** Ends the run. */
  readonly requests: number;
  /** Checked on every response's head. */
  readonly expect?: string;
}

export async function load(options: LoadOptions): Promise<LoadResult> {
  const { port, path, body, headers = {}, connections, requests } = options;
  const extra = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const requestOf = (body: string): Buffer =>
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${extra.join('')}` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  const bodyOf = typeof body === 'string' ? undefined : body;
  const same = requestOf(typeof body === 'string' ? body : body(0));
  const latencies = new Float64Array(requests);
  let begun = 0;
  let ended = 0;
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: connections }, () => lane()));
  const seconds = (performance.now() - startedAt) / 1000;
  return { requests, seconds, throughput: requests / seconds, latencies: latencies.sort() };

  async function lane(): Promise<void> {
    const socket = connect(port, '127.0.0.1');
    socket.setNoDelay(true);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    while (begun < requests) {
      begun += 1;
      const request = bodyOf === undefined ? same : requestOf(bodyOf(begun));
      const sentAt = performance.now();
      socket.write(request);
      await response(socket, options.expect);
      latencies[ended++] = performance.now() - sentAt;
    }
    socket.destroy();
  }
}

function response(socket: Socket, expect: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = '';
    const onData = (chunk: Buffer) => {
      received += chunk.toString('latin1');
      const end = received.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = received.slice(0, end);
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
      if (!head.startsWith('HTTP/1.1 200')) return fail(new Error(received));
      if (length === undefined ? !received.endsWith('\r\n0\r\n\r\n') : received.length < end + 4 + Number(length))
        return;
      if (expect !== undefined && !head.includes(expect)) return fail(new Error(`expected ${expect} in\n${received}`));
      socket.off('data', onData).off('error', fail).off('close', onClose);
      resolve();
    };
    const fail = (error: Error) => {
      socket.off('data', onData).off('error', fail).off('close', onClose);
      reject(error);
    };
    const onClose = () => fail(new Error('the connection was closed'));
    socket.on('data', onData).on('error', fail).on('close', onClose);
  });
}

/** @param share 0..1 */
export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
