/** What no client may ask the origin for, in any dialect: models that run on someone else's machine, and prompt dumps. */
import { type Fault, fault } from '../exchange/fault.ts';
import type { JsonObject } from '../exchange/json.ts';

/** Ollama's rule: the tag is `cloud` or ends in `-cloud`. Such a request would leave the machine under the server's own name. */
export function isCloudModel(model: string): boolean {
  const colon = model.lastIndexOf(':');
  if (colon < 0) return false;
  const tag = model
    .slice(colon + 1)
    .trim()
    .toLowerCase();
  return tag === 'cloud' || (tag.endsWith('-cloud') && !tag.includes('/'));
}

/** @param body keys folded */
export function blocked(model: string, body: JsonObject): Fault | undefined {
  if (isCloudModel(model)) return fault('forbidden', `cloud models are not served here: ${model.trim()}`);
  if (body._debug_render_only === true) return fault('forbidden', '_debug_render_only is not served here');
  return undefined;
}
