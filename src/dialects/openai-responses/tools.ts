/** The `tools` of `/v1/responses`, in the form that Ollama's own API and OpenAI's chat share. */
import { isObject, type Json, type JsonObject } from '../../exchange/json.ts';
import { arrayField, booleanField, type FaultSink, objectField, stringField } from '../fields.ts';
import { fold } from '../fold.ts';

const FIELDS: ReadonlySet<string> = new Set(['type', 'name', 'description', 'strict', 'parameters']);

export interface ToolsReading {
  readonly tools: readonly JsonObject[];
  /** As the answer repeats them. */
  readonly echo: readonly JsonObject[];
  readonly unmodelled: string | undefined;
}

const NONE: ToolsReading = { tools: [], echo: [], unmodelled: undefined };

export function readTools(sink: FaultSink, body: JsonObject): ToolsReading {
  const items = arrayField(sink, body, 'tools', 'openai.ResponsesTool') ?? [];
  if (items.length === 0) return NONE;
  let unmodelled: string | undefined;
  const echo = items.map((item) => {
    const { known, unknown, hasUnknown } = fold(isObject(item) ? item : {}, FIELDS);
    if (hasUnknown) unmodelled ??= `tools.${Object.keys(unknown)[0]}`;
    const type = stringField(sink, known, 'type') ?? '';
    if (type !== 'function') unmodelled ??= `tools.${type}`;
    const parameters = objectField(sink, known, 'parameters');
    return {
      type,
      name: stringField(sink, known, 'name') ?? '',
      description: stringField(sink, known, 'description') ?? null,
      strict: booleanField(sink, known, 'strict') ?? null,
      parameters: parameters === undefined ? null : sorted(parameters),
    };
  });
  return { tools: echo.map(toolOf), echo, unmodelled };
}

function toolOf({ type, name, description, parameters }: JsonObject): JsonObject {
  const text = description === null || description === '' ? {} : { description };
  return { type, function: { name, ...text, ...(parameters !== null && { parameters }) } };
}

/** On this route Ollama reads the parameters into a map, and so the model sees them sorted by name. */
function sorted<J extends Json>(value: J): J;
function sorted(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(sorted);
  if (!isObject(value)) return value;
  const names = Object.keys(value).sort();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name] ?? null)]));
}

/** Reads back as the same tool. */
export function writeTool(tool: Json): JsonObject {
  const target = isObject(tool) && isObject(tool.function) ? tool.function : {};
  return { type: 'function', ...target };
}
