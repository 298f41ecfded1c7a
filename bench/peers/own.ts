/** This project's own pair, and the limit: an empty handler on the same runtime. */
import { startEdge } from '../../scripts/lib/edge.ts';
import { startPair } from '../../scripts/lib/pair.ts';
import type { Peer } from './peer.ts';

const portOf = (url: string) => Number(new URL(url).port);

export interface Own {
  readonly peer: Peer;
  /** The simulated Ollama that all of them have. */
  readonly ollamaPort: number;
}

/** @param instant the simulated model's speed: what it takes itself is not what is measured */
export async function ownPeer(instant: Readonly<Record<string, number>>): Promise<Own> {
  const pair = await startPair({ ollama: instant });
  return {
    ollamaPort: portOf(pair.ollama.url),
    peer: {
      name: 'this project',
      what: 'edge on the bare runtime, sidecar; a hit from memory',
      port: portOf(pair.url),
      headers: {},
      forwards: true,
      close: () => pair.close(),
    },
  };
}

export async function emptyPeer(): Promise<Peer> {
  const edge = await startEdge({
    host: '127.0.0.1',
    port: 0,
    vars: {},
    entry: new URL('../lib/empty-handler.ts', import.meta.url).pathname,
  });
  return {
    name: 'empty handler',
    what: 'Hono on the same runtime: reads the body, answers the same bytes',
    port: portOf(edge.url),
    headers: {},
    forwards: false,
    close: () => edge.close(),
  };
}
