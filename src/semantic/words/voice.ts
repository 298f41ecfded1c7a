/** Turns of phrase brought to one order of words: passive to active, relative clauses to adjectives, opinions to "according to". */
import { PARTICIPLES } from './irregular.ts';
import { BE, HEAVY_PREPOSITIONS, LIGHT_PREPOSITIONS } from './small.ts';

const isParticiple = (word: string | undefined): boolean =>
  word !== undefined && (PARTICIPLES.has(word) || (word.length > 3 && word.endsWith('ed')));

const endsPhrase = (word: string): boolean =>
  /^[.?!,;:]$/.test(word) ||
  LIGHT_PREPOSITIONS.has(word) ||
  HEAVY_PREPOSITIONS.has(word) ||
  word === 'and' ||
  word === 'that';

const WH = new Set(['who', 'what', 'which', 'how', 'why', 'when', 'where']);

/** One sentence's words, without its stop. */
export function inOneVoice(words: readonly string[]): readonly string[] {
  return active(adjectivesFirst(words));
}

/** "Was the boat needed by Joseph" → "did Joseph needed the boat": order is what is compared, not grammar. */
function active(words: readonly string[]): readonly string[] {
  const by = words.indexOf('by', 2);
  if (by < 0 || !isParticiple(words[by - 1])) return words;
  const verb = by - 1;
  const be = words.findLastIndex((word, i) => i < verb && BE.has(word));
  if (be < 0 || words[be] === 'be' || words[be] === 'being' || words[be] === 'been') return words;
  const participle = words[verb] as string;
  const past = words[be] === 'was' || words[be] === 'were';
  const between = words.slice(be + 1, verb);
  const before = words.slice(0, be);
  if (between.some(endsPhrase)) return words;
  let end = by + 1;
  while (end < words.length && !endsPhrase(words[end] as string)) end++;
  const agent = words.slice(by + 1, end);
  const rest = words.slice(end);
  const asked = before.length === 0 || WH.has(before[0] as string);
  if (agent.length === 0)
    return before.length === 1 && WH.has(before[0] as string) ? [...before, participle, ...between, ...rest] : words;
  // "By doing", "by 2020": a way or a time, not an agent.
  const isSubject = before.length === 1 && between.length === 0 && (before[0] === 'what' || before[0] === 'who');
  if ((/ing$/.test(agent[0] as string) && !isSubject) || /^\p{N}/u.test(agent[0] as string)) return words;
  if (asked) return [...before, past ? 'did' : 'does', ...agent, participle, ...between, ...rest];
  return [...agent, participle, ...before, ...between, ...rest];
}

/** "A person who is not good" → "a not good person". */
function adjectivesFirst(words: readonly string[]): readonly string[] {
  const at = words.findIndex(
    (word, i) => i > 0 && (word === 'who' || word === 'that' || word === 'which') && BE.has(words[i + 1] ?? ''),
  );
  if (at < 0) return words;
  const negated = words[at + 2] === 'not';
  const quality = at + (negated ? 3 : 2);
  const next = words[quality + 1];
  if (words[quality] === undefined || (next !== undefined && !endsPhrase(next))) return words;
  const adjective = words.slice(at + 2, quality + 1);
  return [...words.slice(0, at - 1), ...adjective, words[at - 1] as string, ...words.slice(quality + 1)];
}

const FRONTED =
  /^((?:in|at|on|for|with|from|during|after|before|if|when|as|given|to) [^,]+?) , (?=(?:what|how|why|who|where|when|which|is|are|was|were|do|does|did|can|could|should|will|would) )/;

/** "In Norway, what is" → "what is … in Norway". */
export function frontedLast(sentence: string): string {
  const match = FRONTED.exec(sentence);
  return match === null ? sentence : `${sentence.slice(match[0].length)} , ${match[1]}`;
}

const OPINION =
  /^(who|what|which(?: \w+)?) (?:do|does|did) (.+?) (?:think|thinks|believe|believes|say|says|consider|considers|feel|claim|claims) (is|are|was|were|to be) (.+)$/;
const OWN_OPINION = /^(?:you|we|people|i)$/;

/** "Who do critics think is the best" → "who is the best accordingto critics". */
export function opinionsLast(sentence: string): string {
  const match = OPINION.exec(sentence);
  if (match === null) return sentence;
  const [, wh, holder = '', be, rest] = match;
  const question = `${wh} ${be === 'to be' ? 'is' : be} ${rest}`;
  return OWN_OPINION.test(holder) ? question : `${question} accordingto ${holder}`;
}
