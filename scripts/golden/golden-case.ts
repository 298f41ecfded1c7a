/** One exchange to record: what is sent, and under which file name it is kept. */
export interface GoldenCase {
  /** Path of the file below test/golden/ollama, without `.json`; its folder names the route. */
  readonly name: string;
  readonly method?: 'GET' | 'HEAD' | 'OPTIONS' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A body sent as JSON. */
  readonly body?: unknown;
  /** A body sent exactly as written, for what JSON.stringify cannot say: duplicate keys, broken JSON, nothing. */
  readonly text?: string;
  /** Compresses the body and names the coding in Content-Encoding. */
  readonly encoding?: 'zstd' | 'gzip';
  /** The runner is killed once the first chunk has arrived: what a failure in mid-stream looks like. */
  readonly breaks?: true;
}

/** The models that the recorded server has, by what they can do. */
export interface GoldenModels {
  /** Completion only: neither tools nor thinking nor insertion. */
  readonly plain: string;
  /** Its template names `.Tools`. */
  readonly tools: string;
  /** Its template names `.Thinking` and `.Tools`. */
  readonly thinking: string;
  /** An embedding model. */
  readonly embedding: string;
}

/** The same words in one dialect's cases as in another's: their answers can be compared. */
export const QUESTION = 'Why is the sky blue?';
export const WEATHER = 'What is the weather in Paris?';
export const TWO_CITIES = 'What is the weather in Paris and Madrid?';

/** The one tool of the tool cases, in the shape that /api/chat and /v1/chat/completions share. */
export const WEATHER_TOOL = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Get the weather of a city',
    parameters: {
      type: 'object',
      required: ['city'],
      properties: { city: { type: 'string', description: 'The city' } },
    },
  },
} as const;

/** Constrains the answer to thousands of characters, so that there is a middle in which to fail. */
export const LONG_SCHEMA = {
  type: 'array',
  items: { type: 'integer' },
  minItems: 400,
} as const;

/** Constrains the answer to one character over and over: Ollama gives up after thirty repetitions. */
export const REPEATING_SCHEMA = { type: 'string', pattern: '^0{80}$' } as const;

/** More tokens than any context in the recordings holds. */
export const TOO_LONG = 'word '.repeat(1500);
