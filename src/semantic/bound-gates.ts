/** Gates over the object that keeps the bound: each isolate goes by a copy of its own for a while. */
import type { BoundOptions } from './bound.ts';
import type { SemanticBoundObject } from './bound-object.ts';
import type { BoundClass, Gate, GateState, Gates } from './gate.ts';

/** How long an isolate goes by what it knows. A class that stops is stopped everywhere after this. */
export const GATE_FRESH_MS = 10_000;
const MOST_KNOWN = 1_000;

interface Known {
  readonly gate: Gate;
  readonly until: number;
}

/** @param limit the largest share of wrong semantic hits */
export function gates(
  namespace: DurableObjectNamespace<SemanticBoundObject>,
  limit: Omit<BoundOptions, 'threshold'>,
  failed: (reason: string) => void,
  now: () => number = Date.now,
): Gates {
  const known = new Map<string, Known>();
  const object = () => namespace.get(namespace.idFromName('bound'));
  const optionsOf = ({ base }: BoundClass): BoundOptions => ({ ...limit, threshold: base });

  function learn(of: BoundClass, { phase, threshold, parted }: GateState): Gate {
    const gate = { serving: phase === 'serving', threshold, parted: new Set(parted) };
    const id = idOf(of);
    known.delete(id);
    known.set(id, { gate, until: now() + GATE_FRESH_MS });
    if (known.size > MOST_KNOWN) known.delete(known.keys().next().value as string);
    return gate;
  }

  /** @param replaces what was known when it was asked: what was learnt from a label or a report since is newer */
  async function ask(of: BoundClass, replaces: Gate | undefined): Promise<Gate> {
    const state = await object().gate(of, optionsOf(of));
    const present = known.get(idOf(of))?.gate;
    return present === undefined || present === replaces ? learn(of, state) : present;
  }
  async function quietly(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      failed(error instanceof Error ? error.message : String(error));
    }
  }

  return {
    of(of, later) {
      const id = idOf(of);
      const present = known.get(id);
      if (present === undefined) return ask(of, undefined);
      if (present.until <= now()) {
        // Others go by the old one meanwhile, and do not ask as well.
        known.set(id, { ...present, until: now() + GATE_FRESH_MS });
        later(quietly(() => ask(of, present.gate)));
      }
      return present.gate;
    },
    label: (of, similarity, wrong) =>
      quietly(async () => {
        if (wrong === undefined) await object().unsure(of, optionsOf(of));
        else learn(of, await object().label(of, { similarity, wrong }, optionsOf(of)));
      }),
    async part(of, pair, similarity) {
      const { first, gate } = await object().part(of, pair, similarity, optionsOf(of));
      learn(of, gate);
      return first;
    },
    summary: async () => object().summary(limit),
  };
}

const idOf = ({ tenant, embedder, kind, base }: BoundClass): string => JSON.stringify([tenant, embedder, kind, base]);
