/** Turns of phrase brought to one order of words: passive to active, relative clauses to adjectives, opinions to "according to". */
import { PARTICIPLES } from './irregular.ts';
import { BE, DO, HAVE, HEAVY_PREPOSITIONS, LIGHT_PREPOSITIONS, MODALS } from './small.ts';

export const isParticiple = (word: string | undefined): boolean =>
  word !== undefined && (PARTICIPLES.has(word) || (word.length > 3 && word.endsWith('ed')));

export const endsPhrase = (word: string): boolean =>
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
  const be = words.findLastIndex((word, i) => i < verb && (BE.has(word) || GET.has(word)));
  if (be < 0 || words.slice(be + 1, verb).some(endsPhrase)) return words;
  // "Will be", "has been", "did get": the auxiliary that carries the sentence stands before.
  const finite = BE.has(words[be] as string) && !NON_FINITE.has(words[be] as string);
  const auxiliary = finite ? be : words.findLastIndex((word, i) => i < be && AUXILIARIES.has(word));
  if (auxiliary < 0) return words;
  let end = by + 1;
  while (end < words.length && !endsPhrase(words[end] as string)) end++;
  const agent = words.slice(by + 1, end);
  const deed = [words[verb] as string];
  const patient = [...words.slice(auxiliary + 1, finite ? auxiliary + 1 : be), ...words.slice(be + 1, verb)];
  const before = words.slice(0, auxiliary);
  const rest = words.slice(end);
  const opensWithWh = WH.has(before[0] ?? '');
  const past = words[be] === 'was' || words[be] === 'were';
  const helper = finite ? (past ? 'did' : 'does') : (words[auxiliary] as string);
  if (agent.length === 0)
    return before.length === 1 && opensWithWh ? [...before, helper, ...deed, ...patient, ...rest] : words;
  // "By doing", "by 2020": a way or a time, not an agent; but "what is caused by smoking".
  const patientIsAsked = before.length === 1 && patient.length === 0 && (before[0] === 'what' || before[0] === 'who');
  if ((/ing$/.test(agent[0] as string) && !patientIsAsked) || /^\p{N}/u.test(agent[0] as string)) return words;
  return before.length === 0 || opensWithWh
    ? [...before, helper, ...agent, ...deed, ...patient, ...rest]
    : [...agent, ...deed, ...before, ...patient, ...rest];
}

const GET = new Set(['get', 'gets', 'got', 'getting', 'gotten']);
const NON_FINITE = new Set(['be', 'been', 'being']);
const AUXILIARIES: ReadonlySet<string> = new Set([...BE, ...DO, ...HAVE, ...MODALS]);

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
  /^((?:in|at|on|for|with|from|during|after|before|if|when|as|given|to|accordingto) [^,]+?) , (?=(?:what|how|why|who|where|when|which|is|are|was|were|do|does|did|can|could|should|will|would) )/;

/** "In Norway, what is" → "what is … in Norway". */
export function frontedLast(sentence: string): string {
  const match = FRONTED.exec(sentence);
  return match === null ? sentence : `${sentence.slice(match[0].length)} , ${match[1]}`;
}

const OPINION =
  /^(who|what|which(?: \w+)?) (?:do|does|did) (.+?) (?:think|thinks|believe|believes|say|says|consider|considers|feel|claim|claims) (is|are|was|were|to be) (.+)$/;
const OWN_OPINION = /^(?:you|we|people|i)$/;

const CONSIDERED = /^(who|what|which(?: \w+)?) (?:do|does|did) (.+?) (?:consider|considers|deem|call) (?:to be )?(.+)$/;

/** "Who do critics think is the best" → "who is the best accordingto critics". */
export function opinionsLast(sentence: string): string {
  const match = OPINION.exec(sentence);
  if (match === null) {
    const considered = CONSIDERED.exec(sentence);
    return considered === null || OWN_OPINION.test(considered[2] as string)
      ? sentence
      : `${considered[1]} is ${considered[3]} accordingto ${considered[2]}`;
  }
  const [, wh, holder = '', be, rest] = match;
  const question = `${wh} ${be === 'to be' ? 'is' : be} ${rest}`;
  return OWN_OPINION.test(holder) ? question : `${question} accordingto ${holder}`;
}
