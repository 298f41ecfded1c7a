/** Decoders of the types that the routes share. */
import { any, array, custom, type Decoder, map, str, struct } from '../go/decode.ts';
import type { Node } from '../go/parse.ts';
import { plain } from '../go/write.ts';
import { Refusal, type Tool } from './request.ts';

const GO_NAMES: Readonly<Record<string, string>> = { object: 'map[string]interface {}', array: '[]interface {}' };
const UNITS: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1e3, m: 6e4, h: 36e5 };

/** Milliseconds of a number of seconds, or of a duration after Go: "1h30m", "-1s". */
export const keepAlive: Decoder<number> = custom('*api.Duration', (node) => {
  if (node.kind === 'number') return Number(node.digits) * 1000;
  if (node.kind !== 'string')
    throw new Refusal(400, `Unsupported type: '${GO_NAMES[node.kind] ?? node.kind}'`, 'reader');
  const [, sign = '', rest = ''] = /^([+-]?)(.*)$/s.exec(node.value) ?? [];
  if (rest === '0') return 0;
  const parts = [...rest.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)];
  if (rest === '' || parts.map(([part]) => part).join('') !== rest)
    throw new Refusal(400, `time: invalid duration ${JSON.stringify(node.value)}`, 'reader');
  const total = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? 0), 0);
  return sign === '-' ? -total : total;
});

const LEVELS = new Set(['high', 'medium', 'low', 'max']);

export const think: Decoder<boolean | string> = custom('*api.ThinkValue', (node) => {
  if (node.kind === 'bool') return node.value;
  if (node.kind === 'string' && LEVELS.has(node.value)) return node.value;
  const shown = node.kind === 'string' ? JSON.stringify(node.value) : JSON.stringify(plain(node));
  throw new Refusal(
    400,
    `invalid think value: ${shown} (must be "high", "medium", "low", "max", true, or false)`,
    'reader',
  );
});

/** Base64, checked. */
export const image: Decoder<string> = custom('api.ImageData', (node) => {
  const value = node.kind === 'string' ? node.value : '';
  const bad = value.search(/[^A-Za-z0-9+/=\r\n]/);
  if (bad >= 0) throw new Refusal(400, `illegal base64 data at input byte ${bad}`, 'reader');
  return value;
});

const property = struct('api.ToolProperty', {
  anyOf: any,
  type: any,
  items: any,
  description: str,
  enum: any,
  properties: any,
  required: any,
});
const parameters = struct('api.ToolFunctionParameters', {
  type: any,
  $defs: any,
  items: any,
  required: array(str),
  properties: map(property),
});
const tool = struct('api.Tool', {
  type: str,
  items: any,
  function: struct('api.ToolFunction', { name: str, description: str, parameters }),
});

/** What the struct does not name is dropped, so it reaches no prompt. */
export const nativeTool: Decoder<Tool> = {
  goType: 'api.Tool',
  read(node, place) {
    const { function: called, ...outer } = tool.read(node, place, undefined);
    const { parameters: given, ...named } = called ?? {
      name: undefined,
      description: undefined,
      parameters: undefined,
    };
    return {
      name: named.name ?? '',
      description: named.description ?? '',
      properties: given?.properties ?? {},
      text: JSON.stringify({ ...outer, type: outer.type || 'function', function: { ...named, parameters: given } }),
    };
  },
};

/** A tool of an API that names its parts otherwise. */
export function toolOf(name: string, description: string, schema: Node | undefined): Tool {
  const text = (value: string): Node => ({ kind: 'string', value });
  const entries: [string, Node][] = [
    ['name', text(name)],
    ['description', text(description)],
    ...(schema === undefined ? [] : [['parameters', schema] as [string, Node]]),
  ];
  const node: Node = {
    kind: 'object',
    entries: [
      ['type', text('function')],
      ['function', { kind: 'object', entries }],
    ],
  };
  return nativeTool.read(node, { root: 'Tool', path: '' }, undefined);
}
