/** The CPU profile of a running Worker, over the inspector's protocol (Chrome DevTools Protocol, domain Profiler). */

interface Node {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

interface Profile {
  readonly nodes: readonly Node[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface Cost {
  /** Function and line of the bundle. */
  readonly where: string;
  /** Share of all samples, 0..1. */
  readonly share: number;
}

/** Profiles while `work` runs; the costliest functions by their own time, first. */
export async function profile(inspector: URL, work: () => Promise<unknown>): Promise<readonly Cost[]> {
  const targets = (await (await fetch(new URL('/json', `http://${inspector.host}`))).json()) as {
    webSocketDebuggerUrl: string;
    title: string;
  }[];
  const target = targets.find(({ title }) => title.includes('edge')) ?? targets[0];
  if (target === undefined) throw new Error('the inspector lists no Worker');
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', reject, { once: true });
  });
  let id = 0;
  const call = (method: string, params: object = {}) =>
    new Promise<Record<string, unknown>>((resolve) => {
      const mine = ++id;
      const listen = (event: MessageEvent) => {
        const message = JSON.parse(String(event.data)) as { id?: number; result?: Record<string, unknown> };
        if (message.id !== mine) return;
        socket.removeEventListener('message', listen);
        resolve(message.result ?? {});
      };
      socket.addEventListener('message', listen);
      socket.send(JSON.stringify({ id: mine, method, params }));
    });
  await call('Profiler.enable');
  await call('Profiler.setSamplingInterval', { interval: 100 });
  await call('Profiler.start');
  await work();
  const { profile } = (await call('Profiler.stop')) as { profile?: Profile };
  socket.close();
  return profile === undefined ? [] : costs(profile);
}

function costs({ nodes, samples, timeDeltas }: Profile): readonly Cost[] {
  const own = new Map<number, number>();
  let total = 0;
  samples.forEach((node, at) => {
    const time = timeDeltas[at] ?? 0;
    own.set(node, (own.get(node) ?? 0) + time);
    total += time;
  });
  const byFunction = new Map<string, number>();
  for (const { id, callFrame } of nodes) {
    const where = `${callFrame.functionName || '(anonymous)'}:${callFrame.lineNumber + 1}`;
    byFunction.set(where, (byFunction.get(where) ?? 0) + (own.get(id) ?? 0));
  }
  return [...byFunction].map(([where, time]) => ({ where, share: time / total })).sort((a, b) => b.share - a.share);
}
