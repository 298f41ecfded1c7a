/** What a request's way through the sidecar needs, made once at start. */
import type { Flights } from './coalesce/flights.ts';
import type { Config } from './config.ts';
import type { Ollama } from './ollama/client.ts';
import type { Digests } from './ollama/digests.ts';

export interface Origin {
  readonly config: Config;
  readonly flights: Flights;
  readonly digests: Digests;
  ollama(): Ollama;
}
