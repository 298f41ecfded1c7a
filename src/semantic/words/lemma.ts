/** Lemmas by rule: inflections of one word become one string. Irregular ones are in `irregular.ts`. */
import { IRREGULAR } from './irregular.ts';

/** Says whether a string is a word of its own; the vocabulary of the token table knows. */
export type IsWord = (word: string) => boolean;

/** Look like inflections and are none. */
const KEEP = new Set(
  `thing king ring spring string wing bring sing sling sting swing bling sibling ceiling morning evening during nothing something
  everything anything being wedding building clothing feeling meaning sterling bing ping viking beijing pudding
  red bed need feed speed seed weed breed indeed hundred sacred naked wicked shed led wed ted embed exceed succeed proceed
  this his its was has does is us bus plus gas yes as thus lens bias virus campus status bonus focus census corpus genius
  various serious previous famous dangerous conscious jealous nervous religious basis analysis crisis thesis tennis paris iris
  species series news means class glass grass mass pass cross boss loss less unless process access success address business
  illness across stress press dress express guess chess mess princess wireless fitness always perhaps besides towards
  afterwards backwards forwards upwards downwards`.split(/\s+/),
);

const VOWEL = /[aeiouy]/;
/** One syllable that ends consonant, vowel, consonant: it would have doubled its last letter, so an `e` is missing. */
const SHORT = /^[^aeiou]*(?:qu)?[aeiouy][^aeiouywx]$/;
const DOUBLED = /([bdgklmnprtvz])\1$/;

/** Lemma of a lower-case English word. */
export function lemmaOf(word: string, isWord: IsWord): string {
  const irregular = IRREGULAR.get(word);
  if (irregular !== undefined) return irregular;
  if (word.length < 4 || KEEP.has(word) || /[^a-z]/.test(word)) return word;
  if (word.endsWith('ing')) return stem(word, word.slice(0, -3), isWord);
  if (word.endsWith('ied')) return `${word.slice(0, -3)}y`;
  if (word.endsWith('ed')) return stem(word, word.slice(0, -2), isWord);
  return word.endsWith('s') ? singular(word, isWord) : word;
}

function stem(word: string, base: string, isWord: IsWord): string {
  if (base.length < 2 || !VOWEL.test(base)) return word;
  if (DOUBLED.test(base)) {
    const single = base.slice(0, -1);
    return isWord(base) && !isWord(single) ? base : /(?:ll|ss|zz)$/.test(base) && isWord(base) ? base : single;
  }
  if (/[vcu]$|[^aeiou]l$|[^e]ns$|rg$|dg$|[iy]z$|[aeiou]s$/.test(base) && !isWord(base)) return `${base}e`;
  const short = SHORT.test(base);
  const withE = isWord(`${base}e`);
  if (short) return withE || !isWord(base) ? `${base}e` : base;
  if (isWord(base)) return base;
  return withE ? `${base}e` : base;
}

function singular(word: string, isWord: IsWord): string {
  if (/(?:ss|us|is)$/.test(word)) return word;
  if (word.endsWith('ies')) return word.length > 4 ? `${word.slice(0, -3)}y` : word.slice(0, -1);
  const base = word.slice(0, -1);
  if (/(?:ch|sh|x|ss|zz)es$/.test(word)) return isWord(base) && !isWord(word.slice(0, -2)) ? base : word.slice(0, -2);
  return base;
}
