/** The authority of a deployed Worker: a Durable Object for each tenant. */
import type { Authority } from './authority.ts';
import type { LimitObject } from './limit-object.ts';

export function objectAuthority(namespace: DurableObjectNamespace<LimitObject>): Authority {
  const of = (tenant: string) => namespace.get(namespace.idFromName(tenant));
  return {
    take: async (tenant, take) => of(tenant).take(take),
    settle: async (tenant, requests, rate) => of(tenant).settle(requests, rate),
    spend: async (tenant, tokens) => of(tenant).spend(tokens),
  };
}
