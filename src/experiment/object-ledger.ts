/** The ledger of a deployed Worker: a Durable Object for each experiment. */
import type { ExperimentObject } from './experiment-object.ts';
import type { Ledger } from './recorder.ts';
import { type ExperimentSetting, identityOf } from './setting.ts';

export function objectLedger(namespace: DurableObjectNamespace<ExperimentObject>, setting: ExperimentSetting): Ledger {
  const object = () => namespace.get(namespace.idFromName(identityOf(setting)));
  return {
    add: async (counts) => object().add(counts),
    collected: async () => object().collected(),
  };
}
