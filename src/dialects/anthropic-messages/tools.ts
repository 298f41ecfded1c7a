/** The `tools` of `/v1/messages`, in the form that Ollama's own API and OpenAI's share. */
import { type Fault, fault } from '../../exchange/fault.ts';
import { isObject, type Json, type JsonObject } from '../../exchange/json.ts';
import { arrayField, type FaultSink, refuse, stringField } from '../fields.ts';
import { fold } from '../fold.ts';

const FIELDS: ReadonlySet<string> = new Set(['type', 'name', 'description', 'input_schema']);
/** What Ollama does not look at: it changes no answer. */
const IGNORED: ReadonlySet<string> = new Set(['cache_control', 'strict', 'eager_input_streaming', 'input_examples']);

export interface ToolsReading {
  readonly tools: readonly JsonObject[];
  /** With a search tool, Ollama itself asks ollama.com on the client's behalf, under the server's name. */
  readonly blocked: Fault | undefined;
  readonly unmodelled: string | undefined;
}

const NONE: ToolsReading = { tools: [], blocked: undefined, unmodelled: undefined };

/** @param sink wrong types; @param refusals schemas that are none */
export function readTools(sink: FaultSink, refusals: FaultSink, body: JsonObject): ToolsReading {
  const items = arrayField(sink, body, 'tools', 'anthropic.Tool') ?? [];
  if (items.length === 0) return NONE;
  let refusal: Fault | undefined;
  let unmodelled: string | undefined;
  const tools = items.map((item) => {
    const { known, unknown } = fold(isObject(item) ? item : {}, FIELDS);
    const type = stringField(sink, known, 'type') ?? '';
    if (type.startsWith('web_search')) refusal ??= fault('forbidden', 'web search is not served here');
    else if (type !== '' && type !== 'custom') unmodelled ??= `tools.${type}`;
    const strange = Object.keys(unknown).find((key) => !IGNORED.has(key));
    if (strange !== undefined) unmodelled ??= `tools.${strange}`;
    return readTool(sink, refusals, known);
  });
  return { tools, blocked: refusal, unmodelled };
}

/** The schema stays in the order it is written: it reaches the model so. */
function readTool(sink: FaultSink, refusals: FaultSink, tool: JsonObject): JsonObject {
  const name = stringField(sink, tool, 'name') ?? '';
  const description = stringField(sink, tool, 'description') ?? '';
  const schema = tool.input_schema ?? undefined;
  if (schema !== undefined && !isObject(schema))
    refuse(refusals, `invalid input_schema for tool ${JSON.stringify(name)}: it is not an object`);
  return {
    type: 'function',
    function: { name, ...(description !== '' && { description }), ...(schema !== undefined && { parameters: schema }) },
  };
}

/** Reads back as the same tool. */
export function writeTool(tool: Json): JsonObject {
  const { name, description, parameters } = (
    isObject(tool) && isObject(tool.function) ? tool.function : {}
  ) as JsonObject;
  return { name, ...(description !== undefined && { description }), ...(parameters && { input_schema: parameters }) };
}
