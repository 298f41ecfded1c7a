/** A JSON value that a schema allows, as text: what a grammar would have made the model say. */
import type { Pick } from './seed.ts';

type Schema = Readonly<Record<string, unknown>>;

const TYPES = new Set(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']);
const WORDS = 'blue clear small north early quiet seven paper river stone light open'.split(' ');
const DEEPEST = 8;

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether Ollama can make a grammar of it. */
export function isUsableSchema(schema: unknown): boolean {
  if (!isSchema(schema)) return false;
  const types = schema.type === undefined ? [] : Array.isArray(schema.type) ? schema.type : [schema.type];
  return types.every((type) => typeof type === 'string' && TYPES.has(type));
}

export function valueFor(schema: unknown, pick: Pick, depth = 0): string {
  if (!isSchema(schema)) return 'null';
  if ('const' in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return JSON.stringify(schema.enum[pick(schema.enum.length)]);
  const either = [schema.anyOf, schema.oneOf].find(Array.isArray) as readonly unknown[] | undefined;
  if (either !== undefined) return valueFor(either[0], pick, depth);
  const type = Array.isArray(schema.type) ? schema.type[0] : (schema.type ?? 'object');
  if (type === 'string') return JSON.stringify(string(schema, pick));
  if (type === 'number') return String(pick(1000) / 10);
  if (type === 'integer') return String(typeof schema.minimum === 'number' ? Math.ceil(schema.minimum) : pick(100));
  if (type === 'boolean') return pick(2) === 1 ? 'true' : 'false';
  if (type === 'null' || depth >= DEEPEST) return 'null';
  if (type === 'array') {
    const count = typeof schema.minItems === 'number' ? schema.minItems : 1 + pick(3);
    return `[${Array.from({ length: count }, () => valueFor(schema.items ?? { type: 'string' }, pick, depth + 1)).join(', ')}]`;
  }
  const properties = Object.entries(isSchema(schema.properties) ? schema.properties : {});
  const members = properties.map(([name, of]) => `${JSON.stringify(name)}: ${valueFor(of, pick, depth + 1)}`);
  return `{${members.join(', ')}}`;
}

const word = (pick: Pick): string => WORDS[pick(WORDS.length)] ?? 'blue';

function string(schema: Schema, pick: Pick): string {
  // One character so many times: the pattern that runs into Ollama's limit of repetitions.
  const repeated = typeof schema.pattern === 'string' ? /^\^(\w)\{(\d+)\}\$$/.exec(schema.pattern) : null;
  if (repeated !== null) return (repeated[1] ?? '').repeat(Number(repeated[2]));
  return Array.from({ length: 1 + pick(3) }, () => word(pick)).join(' ');
}
