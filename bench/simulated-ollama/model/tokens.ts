/** A tokenizer that is close enough: words with the space before them, single digits, marks. */
const TOKEN = / ?[\p{L}\p{M}]{1,10}| ?\p{N}| ?[^\s\p{L}\p{M}\p{N}]+|\s/gu;
const VOCABULARY = 32_000;

export function tokensOf(text: string): string[] {
  return text.match(TOKEN) ?? [];
}

export function countTokens(text: string): number {
  return tokensOf(text).length;
}

/** An id for a token: equal tokens have equal ids (FNV-1a). */
export function tokenId(token: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < token.length; at += 1) hash = Math.imul(hash ^ token.charCodeAt(at), 0x01000193);
  return 3 + ((hash >>> 0) % (VOCABULARY - 3));
}
