/** The small words of English, by what they do. */

const set = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));

export const ARTICLES = set('a an the some any many much');
export const BE = set('is are was were am be been being');
export const PAST = set('was were did had');
export const DO = set('do does did');
export const MODALS = set('can could should would will shall may might must');
export const HAVE = set('has have had');
export const NOT_WORDS = set('not no never without neither nor none nobody nothing nowhere');

/** Carry a case and nothing else; `of` and `for` part hardly from a bare compound. */
export const LIGHT_PREPOSITIONS = set(
  'of in on at for to by with about as into onto from like upon among amongst within towards toward via per because during while if whether',
);

/** Say something by themselves: when, where, with or without what. They are compared like content. */
export const HEAVY_PREPOSITIONS = set(
  `before after until till since without against under over below above beneath underneath inside outside between
  through across along despite except insteadof than beyond behind beside near versus unless withorwithout accordingto out off up down
  atleast atmost morethan lessthan upto around`,
);

export const QUANTIFIERS = set(
  'all every each most few only both none either neither several always never often sometimes rarely least half less more fewer formerly again still already yet too also',
);

export const FIRST_PERSON = set('i me my mine myself we us our ours ourselves');
export const SECOND_PERSON = set('you your yours yourself u ur');
export const ANYONE = set('one someone somebody anyone anybody oneself');

/** Each with the one it stands for: case is a matter of grammar, who is meant is not. */
export const THIRD_PERSON: ReadonlyMap<string, string> = new Map([
  ['he', 'he'],
  ['him', 'he'],
  ['his', 'he'],
  ['himself', 'he'],
  ['she', 'she'],
  ['her', 'she'],
  ['hers', 'she'],
  ['herself', 'she'],
]);

/** Say nothing that the words around them do not. */
export const EMPTY = set(
  `it its itself they them their theirs themselves this that these those there here who what which how why when where whom
  do does did done doing is are was were am be been being has have had having can could should would will shall may might must
  a an the some any many much 's so such then though although however but and or nor not to of in on at for by with about as into onto from
  like upon among amongst within towards toward via per because please me i my mine myself we us our ours ourselves
  you your yours yourself u ur one someone somebody anyone anybody oneself people's else
  `,
);
