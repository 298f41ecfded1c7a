/**
 * Shared beginnings of prompts. A prompt is hashed block by block, each hash covering everything up to its block's end: two
 * prompts share as many blocks as their lists have equal elements at the front.
 */

/** Characters a block: some 64 tokens. */
const BLOCK = 256;
/** 64 blocks are 4,096 tokens: beyond that, more likeness changes no decision. */
const MAX_BLOCKS = 64;

/** FNV-1a, 32 bits, over UTF-16 code units. */
export function prefixOf(text: string): readonly number[] {
  const blocks: number[] = [];
  let hash = 0x811c9dc5;
  const end = Math.min(text.length, BLOCK * MAX_BLOCKS);
  for (let at = 0; at < end; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    if ((at + 1) % BLOCK === 0) blocks.push(hash >>> 0);
  }
  return blocks;
}

/** @returns the part of `prompt` that `held` begins with too, 0 to 1 */
export function sharedPart(prompt: readonly number[], held: readonly number[]): number {
  if (prompt.length === 0) return 0;
  let equal = 0;
  while (equal < prompt.length && prompt[equal] === held[equal]) equal += 1;
  return equal / prompt.length;
}
