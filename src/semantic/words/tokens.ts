/** Cuts a prompt into words, numbers, code and symbols, keeping everything that can change what is asked. */

export type TokenKind = 'word' | 'number' | 'code' | 'symbol' | 'stop';

export interface Token {
  readonly kind: TokenKind;
  /** As written. */
  readonly text: string;
  /** Lower-case, contractions resolved, numbers in digits. */
  readonly lower: string;
  /** Begins with a capital although no sentence begins there. */
  readonly capital: boolean;
}

/** Order matters: code before numbers before words before single symbols. */
const PATTERN = new RegExp(
  [
    '`[^`]+`', // quoted code
    '(?:https?://|www\\.)[^\\s<>"]+[^\\s<>".,?!)]', // an address
    '[A-Za-z]:\\\\[^\\s]+|(?<![\\w.])(?:~|\\.{1,2})?/[\\w.-]+(?:/[\\w.*-]*)*', // a path
    '--?[A-Za-z][\\w-]*(?<=[ ]--?[A-Za-z][\\w-]*)', // a flag
    '[\\w.]+@[\\w.]+\\w', // a mail address, a package at a version
    '[$@#][A-Za-z_]\\w*', // a variable, a handle, a tag
    '(?<![\\p{L}\\p{N}])[A-Za-z][+#]{1,2}(?![\\p{L}\\p{N}])', // C++, C#
    '\\.?[\\p{L}]\\w*(?:(?:\\.|::|->|_)\\w*\\p{L}\\w*)+(?:\\(\\))?', // node.js, std::map, snake_case
    '\\p{L}\\w*\\(\\)', // call()
    '\\.[A-Z]{2,}\\b', // .NET
    '\\p{N}[\\p{N},]*(?:\\.\\p{N}+)*', // a number, a version
    '(?<=\\p{N})!(?!!)', // a factorial
    "[\\p{L}\\p{M}][\\p{L}\\p{M}\\p{N}]*(?:'[\\p{L}]+)*", // a word
    '[.?!]+|[,;:]', // stops
    '[^\\s\\p{L}\\p{M}\\p{N}]', // everything else by itself
  ].join('|'),
  'gu',
);

/** Symbols that only set words apart. */
const QUIET = new Set(['"', "'", '(', ')', '…', '¿', '¡', '«', '»', '`', '\u200b', '\u200d', '\ufe0f']);

const NUMBER_WORDS = new Map(
  (
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen ' +
    'nineteen twenty'
  )
    .split(' ')
    .map((word, value) => [word, String(value)] as const)
    .concat([
      ['thirty', '30'],
      ['forty', '40'],
      ['fifty', '50'],
      ['sixty', '60'],
      ['seventy', '70'],
      ['eighty', '80'],
      ['ninety', '90'],
      ['hundred', '100'],
      ['thousand', '1000'],
      ['million', '1000000'],
      ['billion', '1000000000'],
      ['dozen', '12'],
      ['twice', '2'],
      ['thrice', '3'],
    ]),
);
// "One" is a pronoun as often as a number.
NUMBER_WORDS.delete('one');

const NOT = new Map([
  ["can't", 'can not'],
  ['cannot', 'can not'],
  ["won't", 'will not'],
  ["shan't", 'shall not'],
  ["ain't", 'is not'],
  ['dont', 'do not'],
  ['doesnt', 'does not'],
  ['didnt', 'did not'],
  ['cant', 'can not'],
  ['isnt', 'is not'],
  ['wont', 'will not'],
  ['shouldnt', 'should not'],
  ['couldnt', 'could not'],
  ['whats', 'what is'],
  ['hows', 'how is'],
  ['whos', 'who is'],
  ['im', 'i am'],
  ['ive', 'i have'],
  ['gonna', 'going to'],
  ['wanna', 'want to'],
  ['gotta', 'have to'],
  ["let's", 'let us'],
  ['alot', 'a lot'],
  ['wat', 'what'],
  ['okay', 'ok'],
  ['wats', 'what is'],
  ['cos', 'because'],
  ['coz', 'because'],
  ['bcoz', 'because'],
  ["'cause", 'because'],
  ['thru', 'through'],
  ['anyways', 'anyway'],
]);
const ENDINGS = new Map([
  ["'m", 'am'],
  ["'re", 'are'],
  ["'ve", 'have'],
  ["'ll", 'will'],
  ["'d", 'would'],
]);
/** After these, 's is "is"; after anything else it is the possessive. */
const BEFORE_IS = new Set('what who how where when why that it there here he she which'.split(' '));

/** One form for what is only typed differently: quotes, dashes, spaces, full-width letters of code points that have a plain twin. */
export function plain(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\u2018\u2019\u02bc\u2032]/g, "'")
    .replace(/[\u201c\u201d]/g, '"')
    .replace(/[\u2013\u2014]/g, ' - ')
    .replace(/(?<=\p{L}{2})\((?:s|es)\)/gu, 's')
    .replace(/(?<=\p{L})' (?=(?:s|re|ve|ll|d|m|t)\b)/gu, "'")
    .replace(/\s+/g, ' ')
    .trim();
}

export function tokensOf(text: string): Token[] {
  const out: Token[] = [];
  let opens = true;
  const line = plain(text);
  for (const { 0: raw, index } of line.matchAll(PATTERN)) {
    if (QUIET.has(raw)) continue;
    // "5!" is a factorial.
    const kind = raw === '!' && /\p{N}/u.test(line.charAt(index - 1)) ? 'symbol' : kindOf(raw);
    if (kind === 'stop') {
      if (raw !== ':' && raw !== ';' && raw !== ',') opens = true;
      out.push({ kind, text: raw, lower: raw.charAt(0), capital: false });
      continue;
    }
    const capital = !opens && /^\p{Lu}/u.test(raw);
    opens = false;
    if (kind === 'word') pushWord(out, raw, capital);
    else out.push({ kind, text: raw, lower: kind === 'number' ? numeral(raw) : raw, capital });
  }
  return out;
}

function kindOf(raw: string): TokenKind {
  if (/^[.?!,;:]+$/.test(raw)) return 'stop';
  if (/^\p{N}/u.test(raw)) return 'number';
  if (/^[\p{L}\p{M}]/u.test(raw) && !/[^\p{L}\p{M}\p{N}']/u.test(raw)) {
    // camelCase is a name in a program; iPhone and YouTube are matched as written too, which loses little.
    return /\p{Ll}\p{Lu}.*\p{Ll}\p{Lu}|^\p{Ll}+\p{Lu}\p{Ll}+$/u.test(raw) && !/^(?:i|e)\p{Lu}/u.test(raw)
      ? 'code'
      : 'word';
  }
  return raw.length > 1 ? 'code' : 'symbol';
}

/** Plain digits, without separators of thousands. */
function numeral(raw: string): string {
  const digits = raw.replace(/,(?=\p{N}{2,3})/gu, '').replace(/,+$/, '');
  // Version 3.10 is not version 3.1: only whole numbers have zeros that say nothing.
  return /^\d+$/.test(digits) ? digits.replace(/^0+(?=\d)/, '') : digits;
}

/** Question words and their company as fast fingers type them, two letters changed over: "hwo", "cna", "waht". */
const SLIPS: ReadonlyMap<string, string> = (() => {
  const words =
    'how what why who when where which can could should would does the best way ways good some tell explain you this that with have'.split(
      ' ',
    );
  const slips = new Map<string, string>();
  for (const word of words) {
    for (let i = 0; i + 1 < word.length; i++) {
      const slip = word.slice(0, i) + word.charAt(i + 1) + word.charAt(i) + word.slice(i + 2);
      if (!slips.has(slip) && !words.includes(slip)) slips.set(slip, word);
    }
  }
  return slips;
})();

/** In capitals they are no pronouns. */
const CAPITALS = new Map([
  ['IT', 'infotech'],
  ['US', 'usa'],
]);

function pushWord(out: Token[], raw: string, capital: boolean): void {
  const typed = (capital ? CAPITALS.get(raw) : undefined) ?? raw.toLowerCase();
  const lower = capital ? typed : (SLIPS.get(typed) ?? typed);
  const push = (word: string) => out.push({ kind: 'word', text: raw, lower: word, capital });
  const spelled = NOT.get(lower);
  if (spelled !== undefined) {
    for (const word of spelled.split(' ')) push(word);
    return;
  }
  const value = NUMBER_WORDS.get(lower);
  if (value !== undefined) {
    out.push({ kind: 'number', text: raw, lower: value, capital: false });
    return;
  }
  const at = lower.indexOf("'");
  if (at < 0) {
    push(lower);
    return;
  }
  if (lower.endsWith("n't")) {
    push(lower.slice(0, -3));
    push('not');
    return;
  }
  const ending = lower.slice(at);
  push(lower.slice(0, at));
  if (ending === "'s") push(BEFORE_IS.has(lower.slice(0, at)) ? 'is' : "'s");
  else {
    const word = ENDINGS.get(ending);
    if (word !== undefined) push(word);
    else if (ending.length > 2) push(ending.slice(1));
  }
}
