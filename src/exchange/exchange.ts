/** Exchange: a prompt and its answer together, as the cache holds them. Plain data: it survives JSON and any tier. */
import type { Answer } from './answer.ts';

export type Content =
  /** An answer that every dialect can render. */
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** The answer to an opaque request, replayed as it came. */
  | { readonly kind: 'raw'; readonly contentType: string; readonly body: string }
  /** One embedding. `promptTokens` is this input's share of what the origin counted. */
  | { readonly kind: 'vector'; readonly vector: Float32Array; readonly promptTokens: number };

export interface Exchange {
  /** Lower-case hex SHA-256; see `key.ts`. */
  readonly key: string;
  readonly tenant: string;
  readonly namespace: string;
  /** Canonical name. */
  readonly model: string;
  /** The model's digest, or empty where it was not known. */
  readonly digest: string;
  /** The last user turn (or the raw prompt), at most 2,000 characters: for people, purge and semantic matching. */
  readonly question: string;
  readonly tags: readonly string[];
  readonly content: Content;
  /**
   * When its generation began (ms since the epoch): its age counts from there (RFC 9111 §4.2.3), and a purge that came while it
   * was being written covers it.
   */
  readonly storedAt: number;
  /** Fresh before this time (ms since the epoch); after it, stale. */
  readonly freshUntil: number;
  /** Kept, stale or not, until this time (ms since the epoch); at or after it, gone. */
  readonly keepUntil: number;
}
