/**
 * One port for HTTP/1.1 and HTTP/2 without TLS (h2c with prior knowledge): a connection's first bytes say which it is
 * (RFC 9113 §3.4). TLS ends at the ingress.
 */
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';

export type Request = http.IncomingMessage | http2.Http2ServerRequest;
export type Response = http.ServerResponse | http2.Http2ServerResponse;

export interface Listener {
  readonly port: number;
  /** Takes no new connection, asks the open ones to end after their current request. */
  retire(): void;
  /** Ends every connection. */
  close(): Promise<void>;
}

const PREFACE = Buffer.from('PRI * HTTP/2.0');
/** Longer than any proxy keeps an idle connection, so that it is never the server that closes under a new request. */
const KEEP_ALIVE_MS = 650_000;

export async function listen(
  host: string,
  port: number,
  handle: (request: Request, response: Response) => void,
): Promise<Listener> {
  const h1 = http.createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, handle);
  const h2 = http2.createServer({ settings: { maxConcurrentStreams: 1024 } }, handle);
  const sockets = new Set<net.Socket>();
  const sessions = new Set<http2.ServerHttp2Session>();
  h2.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => session.destroy());
    session.on('close', () => sessions.delete(session));
  });

  const server = net.createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.once('data', (first: Buffer) => {
      socket.pause();
      socket.unshift(first);
      const preface = first.subarray(0, PREFACE.length);
      const isH2 = PREFACE.subarray(0, preface.length).equals(preface);
      (isH2 ? h2 : h1).emit('connection', socket);
      if (!isH2) process.nextTick(() => socket.resume());
    });
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as net.AddressInfo;

  function retire(): void {
    server.close();
    h1.closeIdleConnections();
    for (const session of sessions) session.close();
  }

  return {
    port: address.port,
    retire,
    async close() {
      const closed = server.listening ? new Promise<void>((resolve) => server.close(() => resolve())) : undefined;
      for (const session of sessions) session.destroy();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
