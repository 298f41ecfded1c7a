/** What a generation counts for in its tenant's day. */
import type { Flight, Landing } from '../flight/flight.ts';

/** Tokens of the prompt and the answer. An answer that was cut never said its count: origins send a chunk a token. */
export function tokensOf(landing: Landing, flight: Pick<Flight, 'chunks'>): number {
  if (landing.kind === 'found') return 0;
  if (landing.kind === 'failed' || landing.kind === 'truncated') return flight.chunks.length;
  const { promptTokens, completionTokens } = landing.answer.usage;
  return promptTokens + completionTokens;
}
