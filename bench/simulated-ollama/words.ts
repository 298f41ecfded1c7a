/** What the simulated model says: words that are a function of the prompt alone, so that equal prompts get equal answers. */
import { createHash } from 'node:crypto';

/** The native request that every API is mapped to; what is equal here is one prompt. */
export interface NativePrompt {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly tools: readonly { readonly function?: { readonly name?: string } }[];
  readonly think: boolean;
  readonly json: boolean;
  /** Everything else that is part of the prompt, as text. */
  readonly rest: string;
}

export interface Script {
  readonly thinking: readonly string[];
  readonly tokens: readonly string[];
  readonly calls: readonly { readonly name: string; readonly arguments: object }[];
  readonly promptTokens: number;
  /** The prompt's tokens as one string each, for prefix reuse. */
  readonly prefix: string;
}

/** A few answers, so that what a newcomer sees reads well. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [
    /sky.*blue|blue.*sky/i,
    'The sky looks blue because air scatters short waves of sunlight far more than long ones. Blue light reaches the eye from every direction, while red passes straight through.',
  ],
  [/capital of france/i, 'The capital of France is Paris.'],
  [/capital of germany/i, 'The capital of Germany is Berlin.'],
  [
    /reset .*password|password .*reset/i,
    'Open the sign-in page, choose "Forgot password", and follow the link in the mail that you get.',
  ],
  [/^(hi|hello|hey)\b/i, 'Hello! I am a simulated model: my answers are made up, but they stream like real ones.'],
];

const WORDS =
  'the a model answer cache edge token stream request memory prompt question origin copy near new first reads writes keeps finds gives holds small large quick same other each while because before after with without under over known given fresh stale lane slot queue reader'.split(
    ' ',
  );

export function scriptOf(prompt: NativePrompt): Script {
  const text = JSON.stringify(prompt);
  const next = seeded(text);
  const turn = prompt.messages.findLast((message) => message.role === 'user')?.content ?? '';
  const prefix = prompt.messages.map(({ role, content }) => `${role}\n${content}`).join('\n');
  const promptTokens = Math.max(1, Math.ceil(prefix.length / 4));
  const thinking = prompt.think
    ? tokensOf(`The question is about ${WORDS[next() % WORDS.length]}. I know enough.\n`)
    : [];

  const asked = prompt.tools.find(({ function: target }) => target?.name && turn.includes(target.name));
  const tool = asked ?? (/use the tool/i.test(turn) ? prompt.tools[0] : undefined);
  if (tool?.function?.name)
    return {
      thinking,
      tokens: [],
      calls: [{ name: tool.function.name, arguments: { query: turn.slice(0, 40), n: next() % 9 } }],
      promptTokens,
      prefix,
    };
  if (prompt.json)
    return {
      thinking,
      tokens: tokensOf(`{"answer": "${WORDS[next() % WORDS.length]}", "n": ${next() % 100}}`),
      calls: [],
      promptTokens,
      prefix,
    };

  const known = KNOWN.find(([pattern]) => pattern.test(turn));
  const said = known?.[1] ?? sentences(next);
  return { thinking, tokens: tokensOf(said), calls: [], promptTokens, prefix };
}

function sentences(next: () => number): string {
  const made: string[] = [];
  for (let sentence = 0; sentence < 3 + (next() % 4); sentence++) {
    const words = Array.from({ length: 6 + (next() % 9) }, () => WORDS[next() % WORDS.length] ?? 'the');
    const [first = 'The', ...others] = words;
    made.push(`${first.charAt(0).toUpperCase()}${first.slice(1)} ${others.join(' ')}.`);
  }
  return made.join(' ');
}

/** Words with the space before them, as tokenizers cut English. */
function tokensOf(text: string): string[] {
  return text.match(/\s*\S+|\s+/g) ?? [];
}

/** A sequence of numbers that depends on the text alone. */
function seeded(text: string): () => number {
  let block = createHash('sha256').update(text).digest();
  let at = 0;
  return () => {
    if (at + 4 > block.length) {
      block = createHash('sha256').update(block).digest();
      at = 0;
    }
    const value = block.readUInt32LE(at);
    at += 4;
    return value;
  };
}

/** A unit vector that depends on the text alone; float32 values. */
export function embed(text: string, dimensions: number): number[] {
  const next = seeded(text);
  const raw = Array.from({ length: dimensions }, () => next() / 2 ** 31 - 1);
  const length = Math.hypot(...raw);
  return raw.map((value) => Math.fround(value / length));
}
