/** Kept-alive connections to one server: the one that came back last is taken first, and there are as many as are needed. */
import { Client } from 'undici';

export interface Connections {
  take(): Client;
  giveBack(client: Client): void;
  readonly open: number;
  close(): Promise<void>;
}

/** @param timeoutMs longest wait for a response's head, and longest silence in it */
export function connections(origin: string, timeoutMs: number): Connections {
  const idle: Client[] = [];
  const all = new Set<Client>();
  return {
    take() {
      const kept = idle.pop();
      if (kept !== undefined) return kept;
      const client = new Client(origin, {
        pipelining: 1,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        connectTimeout: Math.min(timeoutMs, 30_000),
        keepAliveTimeout: 60_000,
      });
      all.add(client);
      return client;
    },
    giveBack: (client) => void idle.push(client),
    get open() {
      return all.size;
    },
    async close() {
      await Promise.all([...all].map((client) => client.destroy()));
    },
  };
}
