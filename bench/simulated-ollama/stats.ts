/** What has happened since the start or the last reset. */
export interface Counters {
  /** Generations that got a slot. */
  started: number;
  finished: number;
  /** Started, and then left by their reader. */
  cancelled: number;
  /** Left before they had a slot. */
  abandoned: number;
  /** Generations asked for and not answered yet, with and without a slot. */
  inFlight: number;
  maxInFlight: number;
  /** Slots at work. */
  busySlots: number;
  maxBusySlots: number;
  /** Prompt tokens of the generations that started, and how many of them a slot still knew. */
  promptTokens: number;
  reusedPromptTokens: number;
  /** Prompt tokens read anew. */
  prefilledTokens: number;
  generatedTokens: number;
  loads: number;
  abortedLoads: number;
  unloads: number;
  embedInputs: number;
}

export interface Stats extends Readonly<Counters> {
  /** Requests by path. */
  readonly requests: Readonly<Record<string, number>>;
  /** The last body by path, as JSON.parse reads it. */
  readonly bodies: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export interface Recorder {
  readonly counters: Counters;
  request(path: string): void;
  body(path: string, body: Readonly<Record<string, unknown>>): void;
  read(): Stats;
  /** What is under way stays counted. */
  reset(): void;
}

const zero = (): Counters => ({
  started: 0,
  finished: 0,
  cancelled: 0,
  abandoned: 0,
  inFlight: 0,
  maxInFlight: 0,
  busySlots: 0,
  maxBusySlots: 0,
  promptTokens: 0,
  reusedPromptTokens: 0,
  prefilledTokens: 0,
  generatedTokens: 0,
  loads: 0,
  abortedLoads: 0,
  unloads: 0,
  embedInputs: 0,
});

export function createRecorder(): Recorder {
  const counters = zero();
  const requests = new Map<string, number>();
  const bodies = new Map<string, Readonly<Record<string, unknown>>>();
  return {
    counters,
    request: (path) => void requests.set(path, (requests.get(path) ?? 0) + 1),
    body: (path, body) => void bodies.set(path, body),
    read: () => ({ ...counters, requests: Object.fromEntries(requests), bodies: Object.fromEntries(bodies) }),
    reset() {
      const { inFlight, busySlots } = counters;
      Object.assign(counters, zero(), { inFlight, busySlots, maxInFlight: inFlight, maxBusySlots: busySlots });
      requests.clear();
      bodies.clear();
    },
  };
}
