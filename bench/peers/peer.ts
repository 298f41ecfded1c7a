/** Peer: something that answers `/v1/chat/completions` in front of the same simulated Ollama. */
export interface Peer {
  readonly name: string;
  /** What exactly was measured, in a few words. */
  readonly what: string;
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether it generates what it has not: an empty handler does not. */
  readonly forwards: boolean;
  close(): Promise<void>;
}

/** Why one is left out. */
export interface Absent {
  readonly name: string;
  readonly why: string;
}

export const ROUTE = '/v1/chat/completions';

export function bodyOf(question: string): string {
  return JSON.stringify({ model: 'tinyllama', messages: [{ role: 'user', content: question }], max_tokens: 64 });
}
