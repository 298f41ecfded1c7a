/** The memory tier: the most recently used exchanges of this isolate, bounded in number and bytes. */
import type { Content, Exchange } from '../exchange/exchange.ts';
import type { Tier } from './tier.ts';

export interface MemoryOptions {
  /** Most exchanges; 0 keeps none. */
  readonly entries: number;
  /** Most bytes of all of them together. */
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface MemoryTier extends Tier {
  readonly name: 'memory';
  get(key: string): Exchange | undefined;
  put(exchange: Exchange): void;
  delete(key: string): void;
  readonly size: number;
  readonly bytes: number;
}

/** A map keeps its keys in the order of insertion: the first is the least recently used. */
export function memoryTier({ entries, bytes: limit, now = Date.now }: MemoryOptions): MemoryTier {
  const held = new Map<string, { readonly exchange: Exchange; readonly bytes: number }>();
  // One walk for good: what it has passed is gone or has moved to the end. A new one each time would step over all the gaps.
  const oldestFirst = held.keys();
  let bytes = 0;

  function drop(key: string): void {
    const entry = held.get(key);
    if (entry === undefined) return;
    held.delete(key);
    bytes -= entry.bytes;
  }

  return {
    name: 'memory',
    get size() {
      return held.size;
    },
    get bytes() {
      return bytes;
    },
    get(key) {
      const entry = held.get(key);
      if (entry === undefined) return undefined;
      held.delete(key);
      if (entry.exchange.keepUntil <= now()) {
        bytes -= entry.bytes;
        return undefined;
      }
      held.set(key, entry);
      return entry.exchange;
    },
    put(exchange) {
      drop(exchange.key);
      const size = sizeOf(exchange);
      if (entries === 0 || size > limit || exchange.keepUntil <= now()) return;
      held.set(exchange.key, { exchange, bytes: size });
      bytes += size;
      while (held.size > entries || bytes > limit) drop(oldestFirst.next().value as string);
    },
    delete: drop,
  };
}

/** Of the objects, the key, the names and the map's own entry, as measured in V8. */
const OVERHEAD = 900;

/** Bytes in the heap, estimated: two a character, as V8 keeps text that is not all Latin; never much too low. */
export function sizeOf({ question, content, tags }: Exchange): number {
  const text = question.length + tags.reduce((sum, tag) => sum + tag.length, 0);
  return OVERHEAD + 2 * text + contentSize(content);
}

function contentSize(content: Content): number {
  if (content.kind === 'raw') return 2 * content.body.length;
  if (content.kind === 'vector') return content.vector.byteLength;
  const { content: words, thinking, toolCalls, logprobs, context } = content.answer;
  const calls = toolCalls.length > 0 ? JSON.stringify(toolCalls).length : 0;
  const probabilities = logprobs === undefined ? 0 : JSON.stringify(logprobs).length;
  return 2 * (words.length + thinking.length + calls) + 3 * probabilities + 8 * (context?.length ?? 0);
}
