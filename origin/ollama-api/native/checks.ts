/** What a request is refused for before anything runs. */
import type { Backend, Model } from '../backend.ts';
import { parseModelName } from '../names.ts';
import { type NativeRequest, Refusal } from './request.ts';

/** The model that a request names; throws a Refusal in the words of Ollama. */
export function findModel(backend: Pick<Backend, 'find'>, { route, model: asked, topLogprobs }: NativeRequest): Model {
  if (topLogprobs < 0 || topLogprobs > 20) throw new Refusal(400, 'top_logprobs must be between 0 and 20');
  const ref = parseModelName(asked);
  if (ref.kind === 'missing')
    throw route === 'chat' ? new Refusal(400, 'model is required') : new Refusal(404, "model '' not found");
  if (ref.kind === 'invalid') throw new Refusal(400, ref.message);
  if (ref.kind === 'cloud') throw new Refusal(403, 'ollama cloud is disabled: remote model is unavailable');
  const model = backend.find(asked);
  if (model === undefined) throw new Refusal(404, `model '${asked}' not found`);
  return model;
}

/** Refuses what the model cannot do. */
export function checkAbilities({ route, model, extra, tools, think, thinkIfAble }: NativeRequest, found: Model): void {
  const able = new Set(found.capabilities);
  const ref = parseModelName(model);
  const full = ref.kind === 'local' ? ref.full : model;
  if (extra?.raw === true && (extra.template !== '' || extra.system !== '' || extra.context.length > 0))
    throw new Refusal(400, 'raw mode does not support template, system, or context');
  if (think !== undefined && think !== false && !thinkIfAble && !able.has('thinking') && able.has('completion'))
    throw new Refusal(400, `${JSON.stringify(model)} does not support thinking`);
  if (!able.has('completion')) throw new Refusal(400, `${JSON.stringify(model)} does not support ${route}`);
  if (tools.length > 0 && !able.has('tools')) throw new Refusal(400, `${full} does not support tools`);
  if (extra !== undefined && extra.suffix !== '' && !able.has('insert'))
    throw new Refusal(400, `${full} does not support insert`);
}

/** Every action that a template opens must be closed. */
export function checkTemplate(template: string): void {
  const rest = template.replace(/\{\{.*?\}\}/gs, '');
  const line = template.slice(0, template.lastIndexOf('{{')).split('\n').length;
  if (rest.includes('{{')) throw new Refusal(500, `template: :${line}: unclosed action`);
}

/** A format is `"json"` or a schema that `usable` accepts. */
export function checkFormat(format: string | undefined, usable: (schema: unknown) => boolean): void {
  if (format === undefined || format === '"json"') return;
  if (!format.startsWith('{'))
    throw new Refusal(
      500,
      `invalid format: ${JSON.stringify(format)}; expected "json" or a valid JSON Schema object`,
      'stream',
    );
  if (!usable(JSON.parse(format))) throw new Refusal(500, 'invalid JSON schema in format', 'stream');
}
