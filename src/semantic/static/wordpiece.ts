/**
 * BERT's uncased tokenizer: basic tokenization, then greedy longest-match-first WordPiece (Devlin et al. 2019,
 * arXiv 1810.04805), step for step as the teacher was trained with.
 */

const UNKNOWN = '[UNK]';
/** A longer word is unknown as a whole. */
const MAX_WORD = 100;

/** Whitespace as BERT has it: tab, newline, return and the space separators. */
const SPACE = /[\t\n\r\p{Zs}\u2028\u2029\u0085]/u;
const REMOVED = /[\0\ufffd]|(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;
/** All ASCII symbols count as punctuation, `$` and `~` as well. */
const PUNCTUATION = /[!-/:-@[-`{-~\p{P}]/u;
const IDEOGRAPH =
  /[\u{4e00}-\u{9fff}\u{3400}-\u{4dbf}\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b820}-\u{2ceaf}\u{f900}-\u{faff}\u{2f800}-\u{2fa1f}]/u;
const PLAIN = /^[\t\n\r -~]*$/;
const PLAIN_WORDS = /[a-z0-9]+|[!-/:-@[-`{-~]/g;

/** Words and single punctuation marks, lower-case and without accents. */
export function basicTokens(text: string): string[] {
  if (PLAIN.test(text)) return text.toLowerCase().match(PLAIN_WORDS) ?? [];
  const clean = text
    .replace(REMOVED, '')
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '');
  // Letter by letter there is no final sigma.
  const lower = clean.replaceAll('Σ', 'σ').toLowerCase();
  const tokens: string[] = [];
  let word = '';
  for (const char of lower) {
    const alone = PUNCTUATION.test(char) || IDEOGRAPH.test(char);
    if (!alone && !SPACE.test(char)) {
      word += char;
      continue;
    }
    if (word !== '') tokens.push(word);
    if (alone) tokens.push(char);
    word = '';
  }
  if (word !== '') tokens.push(word);
  return tokens;
}

/** The pieces of one basic token; `[UNK]` where the vocabulary cannot spell it. */
export function wordPieces(word: string, vocabulary: { has(token: string): boolean }): string[] {
  if (vocabulary.has(word)) return [word];
  const chars = Array.from(word);
  if (chars.length > MAX_WORD) return [UNKNOWN];
  const pieces: string[] = [];
  for (let start = 0; start < chars.length; ) {
    let end = chars.length;
    let piece = '';
    for (; end > start; end--) {
      piece = (start > 0 ? '##' : '') + chars.slice(start, end).join('');
      if (vocabulary.has(piece)) break;
    }
    if (end === start) return [UNKNOWN];
    pieces.push(piece);
    start = end;
  }
  return pieces;
}
