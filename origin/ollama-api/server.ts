/** An HTTP server with the habits of Go's. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { JSON_UTF8, reply } from './http/reply.ts';

export interface ApiServer {
  readonly url: string;
  /** Cuts every connection. */
  close(): Promise<void>;
}

export interface Address {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** More than the default, so that thousands can connect at once. */
const BACKLOG = 4_096;

/** What `answer` throws is told as a status 500, or cuts an answer that has begun. */
export async function serveApi(
  { host, port }: Address,
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<ApiServer> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (response.headersSent) response.destroy();
      else reply(response, 500, JSON_UTF8, JSON.stringify({ error: message }));
    });
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  // Go's server closes no idle connection and bounds no request.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  server.maxRequestsPerSocket = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, backlog: BACKLOG }, resolve);
  });
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Whether only this machine can reach the address. */
export const isLoopback = (host: string): boolean => host === '127.0.0.1' || host === 'localhost' || host === '::1';
