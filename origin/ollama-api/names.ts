/** Names of models: the many ways to write one, and what Ollama refuses. */
export type ModelRef =
  | { readonly kind: 'missing' }
  | { readonly kind: 'invalid'; readonly message: string }
  | { readonly kind: 'cloud' }
  /** `key` is equal for all spellings of one model; `full` is what some errors call it. */
  | { readonly kind: 'local'; readonly key: string; readonly full: string };

const HOST = /^[a-z0-9_][a-z0-9_.:-]*$/;
const PART = /^[a-z0-9_][a-z0-9_.-]*$/;

export function parseModelName(asked: string): ModelRef {
  let name = asked.trim();
  if (name === '') return { kind: 'missing' };
  const local = /:local$/i.test(name);
  if (local) name = name.slice(0, -':local'.length);
  const cloud = /:(?:[^:/]*-)?cloud$/i.test(name);
  if ((local && cloud) || (cloud && /:local:/i.test(name)))
    return { kind: 'invalid', message: `use either :local or :cloud, not both: ${JSON.stringify(asked)}` };
  if (cloud) return { kind: 'cloud' };

  const parts = name
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .split('/');
  const [model = '', tag = 'latest', ...more] = (parts.at(-1) ?? '').split(':');
  const namespace = parts.at(-2) ?? 'library';
  const host = parts.at(-3) ?? 'registry.ollama.ai';
  const valid =
    parts.length <= 3 &&
    more.length === 0 &&
    [model, tag, namespace].every((part) => PART.test(part)) &&
    HOST.test(host);
  if (!valid) return { kind: 'invalid', message: 'invalid model name' };
  const prefix =
    host !== 'registry.ollama.ai' ? `${host}/${namespace}/` : namespace !== 'library' ? `${namespace}/` : '';
  return { kind: 'local', key: `${prefix}${model}:${tag}`, full: `${host}/${namespace}/${model}:${tag}` };
}
