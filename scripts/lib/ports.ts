/** Ports: whether one is free, and whether something answers on it. */
import { createServer } from 'node:net';

/** Rejects with a sentence that names the setting when the port is taken. */
export async function assertFree(port: number, setting: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new Error(
          error.code === 'EADDRINUSE'
            ? `port ${port} is taken: stop what listens there, or set ${setting} to another`
            : `port ${port} (${setting}) cannot be used: ${error.message}`,
        ),
      ),
    );
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  });
}

/** Resolves when the address answers at all; rejects after the time limit (ms). */
export async function answers(url: string, limit: number): Promise<void> {
  const giveUpAt = Date.now() + limit;
  while (Date.now() < giveUpAt) {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    if (response?.status === 200) return;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  throw new Error(`nothing answered at ${url} within ${limit / 1000} s`);
}

/** A port of this machine that nothing listens on right now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
