/** Rates and limits of the simulated machine; each can be changed while it runs. */
export interface Settings {
  /** OLLAMA_NUM_PARALLEL: slots of each loaded model; counts from its next load. */
  readonly slots: number;
  /** OLLAMA_MAX_LOADED_MODELS. */
  readonly maxLoadedModels: number;
  /** Milliseconds until a model is in memory. */
  readonly loadMs: number;
  /** Tokens a second that one slot makes alone. */
  readonly tokensPerSecond: number;
  /** Tokens a second that all busy slots make together. */
  readonly totalTokensPerSecond: number;
  /** Prompt tokens a second, shared by the slots that read a prompt. */
  readonly prefillTokensPerSecond: number;
  /** Input tokens a second of an embedding model, shared likewise. */
  readonly embedTokensPerSecond: number;
  /** OLLAMA_KEEP_ALIVE in milliseconds; below zero is for ever. */
  readonly keepAliveMs: number;
  /** OLLAMA_CONTEXT_LENGTH in tokens. */
  readonly contextLength: number;
  /** How long the end of a connection goes unnoticed: newer versions look about once a second. */
  readonly cancelPollMs: number;
  /** The one clock that all slots share. */
  readonly tickMs: number;
}

/**
 * Estimates, not measurements, for TinyLlama 1.1B (Q4_0, 638 MB) on two cores: some 18 tokens a second alone (memory-bound), 40 with four
 * slots batched, 90 prompt tokens a second; 1.5 s to load from a warm page cache; all-minilm (23 M parameters) reads 4,000 tokens a second.
 */
export const TINYLLAMA_ON_TWO_CORES: Settings = {
  slots: 4,
  maxLoadedModels: 3,
  loadMs: 1_500,
  tokensPerSecond: 18,
  totalTokensPerSecond: 40,
  prefillTokensPerSecond: 90,
  embedTokensPerSecond: 4_000,
  keepAliveMs: 300_000,
  contextLength: 4_096,
  cancelPollMs: 0,
  tickMs: 5,
};

/** The fields of `change` that are settings. */
export function settingsIn(change: Readonly<Record<string, unknown>>): Partial<Settings> {
  const entries = Object.keys(TINYLLAMA_ON_TWO_CORES)
    .map((name) => [name, change[name]] as const)
    .filter(([, value]) => typeof value === 'number' && Number.isFinite(value));
  return Object.fromEntries(entries);
}
