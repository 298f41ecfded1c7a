/** Nothing of one tenant, namespace or model says anything about another. */
export function scopeOf(tenant: string, namespace: string, model: string): string {
  return JSON.stringify([tenant, namespace, model]);
}
