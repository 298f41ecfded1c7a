/** When the simulated model calls a tool, and with what. */
import type { Message, Tool } from '../../../origin/ollama-api/native/request.ts';

export interface PlannedCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

const MOST_CALLS = 4;
/** Parts of a tool's name that say nothing of its subject. */
const VERBS = new Set([
  'get',
  'set',
  'find',
  'list',
  'make',
  'read',
  'send',
  'call',
  'tool',
  'search',
  'create',
  'current',
]);

/** Calls are planned when the last word is a user's who names a tool, its subject ("weather" of get_weather), or says "use the tool". */
export function callsFor(messages: readonly Message[], tools: readonly Tool[]): readonly PlannedCall[] {
  const last = messages.at(-1);
  if (last === undefined || last.role !== 'user') return [];
  const turn = last.content;
  const spoken = turn.toLowerCase();
  const tool =
    tools.find(({ name }) => name !== '' && spoken.includes(name.toLowerCase())) ??
    tools.find(({ name }) => subjectsOf(name).some((subject) => spoken.includes(subject))) ??
    (/\buse the tool\b/.test(spoken) ? tools[0] : undefined);
  if (tool === undefined) return [];
  const names = namesIn(turn, tool.name);
  const subjects = names.length > 1 && /\band\b|,/.test(turn) ? names.slice(0, MOST_CALLS) : [names[0]];
  return subjects.map((subject) => ({ name: tool.name, arguments: argumentsFor(tool, turn, subject) }));
}

function subjectsOf(name: string): string[] {
  const parts = name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z]+/);
  return parts.filter((part) => part.length >= 4 && !VERBS.has(part));
}

/** What is quoted, else what is written with a capital in mid-sentence. */
function namesIn(turn: string, tool: string): string[] {
  const quoted = [...turn.matchAll(/"([^"]+)"/g)].map(([, name]) => name ?? '');
  const capitals = [...turn.matchAll(/(?<=[\p{Ll},] )\p{Lu}\p{L}+(?: \p{Lu}\p{L}+)*/gu)].map(([name]) => name);
  return (quoted.length > 0 ? quoted : capitals).filter((name) => name !== tool);
}

function argumentsFor({ properties }: Tool, turn: string, subject: string | undefined): Record<string, unknown> {
  const number = Number(/-?\d+(?:\.\d+)?/.exec(turn)?.[0] ?? 1);
  const value = ({ type, enum: allowed }: { type?: unknown; enum?: unknown }): unknown => {
    if (Array.isArray(allowed)) return allowed.find((item) => turn.includes(String(item))) ?? allowed[0];
    if (type === 'integer') return Math.trunc(number);
    if (type === 'number') return number;
    if (type === 'boolean') return true;
    if (type === 'array') return [subject ?? turn.slice(0, 40)];
    return type === 'object' ? {} : (subject ?? turn.slice(0, 40));
  };
  return Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, value(property)]));
}
