/** The frame of a sentence: what it wants (a way, a reason, a yes or no), apart from what it is about. */
import { PAST_FORMS } from './irregular.ts';

export type Intent =
  | 'how'
  | 'what'
  | 'who'
  | 'why'
  | 'when'
  | 'where'
  | 'count'
  | 'amount'
  | 'degree'
  | 'like'
  | 'is'
  | 'does'
  | 'can'
  | 'should'
  | 'must'
  | 'will'
  | 'has'
  | 'command'
  | 'none';

/** What the sentence's first auxiliary adds: when, or whether it is a fact, a duty, an ability or a thought. */
export type Mood = 'fact' | 'past' | 'future' | 'duty' | 'ability' | 'thought';

const MOODS: ReadonlyMap<string, Mood> = new Map([
  ['was', 'past'],
  ['were', 'past'],
  ['did', 'past'],
  ['had', 'past'],
  ['will', 'future'],
  ['shall', 'future'],
  ['should', 'duty'],
  ['must', 'duty'],
  ['can', 'ability'],
  ['could', 'ability'],
  ['may', 'ability'],
  ['might', 'ability'],
  ['would', 'thought'],
]);
const FIRST_AUXILIARY =
  /^(?:\S+ ){0,4}?(was|were|did|had|will|shall|should|must|can|could|may|might|would|do|does|is|are|am|has|have) /;

export interface Framed {
  readonly intent: Intent;
  readonly mood: Mood;
  /** Something should or must be, said later than by the first auxiliary. */
  readonly duty: boolean;
  /** Its subject comes right after the auxiliary and is anybody. */
  readonly anybody: boolean;
  /** The subject was anybody: i, you, one. */
  readonly generic: boolean;
  readonly rest: string;
}

const SUBJECT = '(?:i|you|we|one|someone|somebody|anyone|anybody|people|u|us|me|a person)';
const GOOD =
  '(?:very|most|really|best|good|better|great|right|proper|correct|ideal|perfect|effective|efficient|possible|different|various|optimal|recommended|useful|easy|simple|practical|alternative|other|main|top|common|ways|easiest|simplest)';
const DETERMINER = '(?:the|a|an|some|any|your|my|few|many|there|all|of)';
const WAY =
  '(?:ways?|methods?|methodology|approach|approaches|steps?|techniques?|strategy|strategies|procedures?|process|means|tips?|tricks?|advice|suggestions?|guide|guidelines|instructions?|options?|solutions?|how)';
const TO =
  '(?:to|of|for|on|that i can|in which i can|by which i can|i can|you can|one can|so that i can|in which to|for me to|for someone to|for a person to)';
const ASK =
  '(?:tell|show|explain|help|teach|give|describe|advise|suggest|let|say|inform|guide|provide|share|list|recommend|clarify|know|telling|showing|explaining|teaching|describing)';

/** Said before a question and not part of it. Repeated until none is left. */
const COURTESY = [
  new RegExp(
    `^(?:can|could|would|will) (?:you|u|anyone|someone|anybody|somebody|any one|people) (?:mind )?(?=(?:${ASK}) )`,
  ),
  /^(?:tell|show|explain|teach|inform|advise|help|guide|let|telling|showing|explaining|teaching) (?:me|us|to me|to us|me to)(?: know)?(?: about)?(?: understand)? (?=(?:how|what|why|who|where|when|which|whether|if)\b)/,
  /^(?:explain|explaining|describe|describing|tell|show|know|understand|clarify|list|say) (?=(?:how|what|why|who|where|when|which) )/,
  /^(?:do|does) (?:you|u|anyone|anybody|someone|any one) (?:know|have any idea|have an idea|understand|remember)(?: about| of)? (?=(?:how|what|why|who|where|when|which|if|whether|any|a|some) )/,
  /^i (?:must|should|(?:want|wish|need|would like|would love|am trying|am looking|try|like) to) (?:know|learn|understand|ask|find|discover|see)(?: about| out)? (?=(?:how|what|why|who|where|when|which|if|whether)\b)/,
  /^i (?:was|am) (?:just )?(?:wondering|curious|asking|confused about|not sure)(?: about)? ?(?=(?:how|what|why|who|where|when|which|if|whether)\b)/,
  /^i (?:wonder|do not know|have no idea) (?=(?:how|what|why|who|where|when|which|if|whether)\b)/,
  /^(?:any idea|any ideas|quick question|question|my question is|so|and|but|well|ok|also|then|now|if so|yes|no) (?:on |about )?(?=(?:how|what|why|who|where|when|which|is|are|can|do|does|should) )/,
  /^(?:if|whether) (?=(?:i|you|we|it|there|a|the) )/,
];

interface Pattern {
  readonly intent: Intent;
  readonly at: RegExp;
  readonly generic?: boolean;
  /** Belongs to the frame as well. */
  readonly tail?: RegExp;
}

/** The first that fits names the intent; what it covers is left out. */
const PATTERNS: readonly Pattern[] = [
  { intent: 'like', generic: true, at: /^whatlike / },
  {
    intent: 'how',
    generic: true,
    at: new RegExp(
      `^how (?:can|could|do|does|did|should|would|may|might|must|will|to|shall)(?: ${SUBJECT} | )(?:best |can |must |have to |start to |begin to )*`,
    ),
  },
  {
    intent: 'how',
    generic: true,
    at: new RegExp(
      `^what (?:should|can|must|could|do|would|shall|does) ${SUBJECT} (?:do|need to do|must do|must|need|take|try)(?: in order)? to (?:help )?`,
    ),
  },
  { intent: 'how', generic: true, at: /^what is to be done to / },
  {
    intent: 'how',
    generic: true,
    at: new RegExp(
      `^(?:what|which) steps (?:do|should|must|can|could|would) ${SUBJECT} (?:follow|take|need to take|have to take|go through)(?: in order)? to `,
    ),
  },
  {
    intent: 'how',
    generic: true,
    at: new RegExp(
      `^(?:what|which|is|are|was|would|were|it|there|s|be|could|will|should| )*(?:${DETERMINER} |${GOOD} )*${WAY} (?:${TO} )(?:${SUBJECT} to )?`,
    ),
  },
  {
    intent: 'how',
    generic: true,
    at: new RegExp(`^(?:what is|is there|are there) ${DETERMINER} (?:easiest|simplest|surest|smartest) ${WAY} ${TO} `),
  },
  { intent: 'how', generic: true, at: /^(?:is|are) there any ?way (?:to|of|for) / },
  { intent: 'how', generic: true, at: /^what does it take to / },
  { intent: 'how', generic: true, at: /^what (?:can|could|should|must) be done (?:in order )?to / },
  { intent: 'count', at: /^how many / },
  { intent: 'amount', at: /^how much / },
  {
    intent: 'degree',
    at: /^how (?=(?:long|old|tall|big|far|often|deep|fast|high|large|hard|soon|heavy|good|bad|well|important|safe|true|difficult|easy|likely|strong|close|late|early|accurate|effective|expensive|dangerous|common|rare|small|hot|cold|smart|rich|wide|popular|real|reliable|useful|powerful)\b)/,
  },
  { intent: 'how', at: /^what (?:is|are|was|were|does|do|did|would|will) (?:it )?(?=.* like $)/, tail: / like$/ },
  { intent: 'how', at: /^how(?: is| are| was| were| has| have| had| am)? / },
  {
    intent: 'why',
    at: /^why(?: is| are| was| were| has| have| had| do| does| did| can| could| would| should| will| am)? /,
  },
  { intent: 'what', at: /^what (?:do|does|did) (?:you|we|people|it|one) mean (?:by|with|when you say) / },
  {
    intent: 'what',
    at: /^what (?:is|are|was|were) (?:meant by|(?:the |a )?(?:meaning|definition|concept|explanation|significance) (?:of|behind)) /,
  },
  { intent: 'what', at: /^what (?:does|do|did) (?=.* mean(?:t|s)? $)/, tail: / mean(?:t|s)?$/ },
  {
    intent: 'what',
    at: /^(?:define|explain|describe|tell me about|(?:give|write) (?:me )?(?:an? )?(?:overview|explanation|definition|description) of) /,
  },
  { intent: 'when', at: /^when(?: is| are| was| were| do| does| did| will| can| should| would| has| have)? / },
  {
    intent: 'where',
    at: /^where(?: is| are| was| were| do| does| did| will| can| should| would| could| has| have)?(?: i| you| we| one)? /,
    tail: / (?:(?:is|are|was|were) )?(?:located|situated)$|(?<=\w) (?:is|are|was|were)$/,
  },
  { intent: 'who', at: /^who(?: is| are| was| were| has| have| will| do| does| did| would| can)? / },
  { intent: 'what', at: /^(?:what|which)(?: is| are| was| were| will be| would be| am)? / },
  { intent: 'is', at: /^(?:is|are|was|were|am) / },
  { intent: 'does', at: /^(?:do|does|did) / },
  { intent: 'can', at: /^(?:can|could|may|might) / },
  { intent: 'should', at: /^(?:should|shall) / },
  { intent: 'must', at: /^must / },
  { intent: 'will', at: /^(?:will|would) / },
  { intent: 'has', at: /^(?:has|have|had) / },
];

/** Imperatives that a prompt begins with; anything else without a question word is a topic or a statement. */
export const COMMANDS =
  /^(?:write|list|give|create|make|generate|translate|summarize|summarise|convert|find|show|compare|calculate|compute|solve|draw|suggest|recommend|name|rewrite|fix|implement|design|build|provide|improve|tell|help|act|add|remove|sort|count|print|draft|compose|edit|correct|classify|extract|analyze|analyse|plan|prove|complete|continue|identify|outline|paraphrase|explain|describe|define|discuss|proofread|rephrase|reword|shorten|reply|answer|respond|review|debug|refactor|format|parse|simplify|expand|spell|punctuate)\b/;

/** "Who invented", "which army won": the verb itself says when. */
function isPast(sentence: string): boolean {
  const [, one = '', two = ''] = /^(?:who|what|which) (\S+) (\S*)/.exec(sentence) ?? [];
  const past = (word: string) => PAST_FORMS.has(word) || (word.length > 4 && word.endsWith('ed'));
  return past(one) || (!sentence.startsWith('who ') && past(two));
}

const GENERIC = new RegExp(`^${SUBJECT} `);

export function frameOf(sentence: string): Framed {
  let line = sentence;
  for (let again = true, rounds = 0; again && rounds < 4; rounds++) {
    again = false;
    for (const courtesy of COURTESY) {
      const rest = line.replace(courtesy, '');
      if (rest !== line && rest !== '') {
        line = rest;
        again = true;
      }
    }
  }
  const padded = `${line} `;
  const [opening = '', auxiliary = ''] = FIRST_AUXILIARY.exec(padded) ?? [];
  const mood = MOODS.get(auxiliary) ?? (auxiliary === '' && isPast(padded) ? 'past' : 'fact');
  const after = padded.slice(opening.length);
  const anybody = GENERIC.test(after);
  const duty = /\b(?:should|must)\b/.test(after);
  for (const { intent, at, generic, tail } of PATTERNS) {
    const match = at.exec(padded);
    if (match === null || match[0] === '' || match[0].trim() === '') continue;
    const rest = padded
      .slice(match[0].length)
      .trim()
      .replace(intent === 'how' ? /^(?:on |for |about )?how to / : /^(?!)/, '')
      .replace(tail ?? /(?<=\w) (?:is|are|was|were)$/, '')
      .replace(intent === 'how' ? /^be (?=an? )/ : /^(?!)/, 'become ');
    return { intent, mood, duty, anybody, generic: generic === true || GENERIC.test(rest), rest };
  }
  return { intent: COMMANDS.test(line) ? 'command' : 'none', mood, duty, anybody, generic: false, rest: line };
}
