/** The data centre that runs a request; empty where the runtime does not say. */
export function coloOf({ cf }: Request): string {
  return typeof cf?.colo === 'string' ? cf.colo : '';
}
