/**
 * Questions that English asks in several ways, brought to one: "how tall is X" is "what is the height of X", "do you think it will
 * rain" is "will it rain". Each rule says of a whole sentence what any speaker would; none knows a topic. Lower-case words parted by
 * single spaces, contractions resolved, commas as words.
 */

type Rule = readonly [from: RegExp, to: string | ((...groups: string[]) => string)];

const ANYBODY = '(?:i|you|we|one|someone|somebody|anyone|anybody|people|a person)';
const WISH =
  '(?:(?:really |just )?(?:wants?|wish|needs?|plan|intend|hope|try|wanted|needed|would like|would love|am trying|am planning|am looking|am going|are trying))';
const ASKS_HOW = `(?:any (?:tips|advice|ideas?|suggestions)|(?:so )?(?:how (?:can|do|should|could|would|might|to|must) ?(?:${ANYBODY} )?(?:best )?(?:do|go about|achieve|accomplish|proceed|manage|start)? ?(?:with )?(?:it|that|this|so|doing (?:it|that|this|so))?|what (?:should|can|could|must|do|would|shall) ${ANYBODY} (?:need to |have to )?do|(?:what|which) (?:is|are|would be) (?:the |a |some )?(?:best |easiest |right |good |proper )*(?:ways?|methods?|approach|steps|procedure)(?: (?:to|of) (?:do|doing|achieve|accomplish) (?:it|that|this|so))?))`;

/** "I want to X. How do I do that?" as one sentence or two. */
const WISH_THEN_HOW = new RegExp(`^(?:i|we) ${WISH} to (.+?) (?:, |and |but |so )*${ASKS_HOW}$`);

const ATTRIBUTES: ReadonlyMap<string, string> = new Map([
  ['old', 'age'],
  ['tall', 'height'],
  ['high', 'height'],
  ['deep', 'depth'],
  ['wide', 'width'],
  ['heavy', 'weight'],
  ['fast', 'speed'],
  ['big', 'size'],
  ['large', 'size'],
  ['expensive', 'cost'],
]);

const AUXILIARY = 'will|would|can|could|should|must|may|might|is|are|was|were|has|have|had|does|do|did|am';
/** Words that open a clause: an auxiliary behind one is not the sentence's own. */
const CLAUSE = /(?:^| )(?:who|what|which|that|where|when|why|how|if|whether|because|,)(?: |$)/;
const STATEMENT = new RegExp(`^(.+?) (${AUXILIARY}) (not )?(.+)$`);

/** A statement as the question that asks whether it holds. */
function asked(statement: string): string {
  const match = STATEMENT.exec(statement);
  if (match === null || CLAUSE.test(match[1] as string)) return `does ${statement}`;
  return `${match[2]} ${match[1]} ${match[3] ?? ''}${match[4]}`;
}

const RULES: readonly Rule[] = [
  [WISH_THEN_HOW, 'how to $1'],
  [
    new RegExp(`^(?:if ${ANYBODY} ${WISH} to|in order to|so as to|to) (.+?) ,? ?(?:then )?(?:${ASKS_HOW})$`),
    'how to $1',
  ],
  [
    new RegExp(
      `^what (?:are the |some |the )?(?:steps?|measures?|actions?|precautions?|things?|kinds? of things) (?:do|does|should|can|must|could|would) ${ANYBODY} (?:need to |have to )?(?:take|follow|do|perform|go through)(?: in order)? to `,
    ),
    'how to ',
  ],
  [new RegExp(`^what (?:do|does) ${ANYBODY} (?:have|need) to do (?:in order )?to `), 'how to '],
  [
    /^(?:i|we) (?:need|want|would like|am looking for) (?:some |any )?(?:help|advice|tips|guidance) (?:to|on how to) /,
    'how to ',
  ],
  [
    new RegExp(
      `^is there (?:any|a|some) (?:good |easy |possible )?(?:way|method|trick) (?:that )?${ANYBODY} (?:can|could|may|might) `,
    ),
    'how to ',
  ],
  [
    /^(?:could|can|would|will) (?:you|someone|anyone|anybody) (?:please )?(?:teach|help) (?:me|us) (?:how )?(?:to )?(?=\w+)/,
    'help me ',
  ],
  [/^(?:walk|guide|talk) (?:me|us) through (?:how to |the process of |the steps (?:of|to|for) )?(?=\w+)/, 'how to '],
  [/^(?:show|teach|tell) (?:me|us) to /, 'how to '],
  [/^what (?:steps|things) (?:are|is) (?:needed|required|necessary) (?:in order )?to (?=\w)/, 'how to '],
  [
    /^(?:what is the (?:secret|key|trick) to|what would it take to|how is it possible (?:for me |for someone )?to) (?=\w)/,
    'how to ',
  ],
  [
    /^(?:i am |we are )?(?:looking|searching) for (?:a |the |an |some |any )?(?:good |best |easy |simple )*ways? to (?=\w)/,
    'how to ',
  ],
  [/^(?:what (?:might|may) be (?:a |the )?(?:good |best )?ways?|what is one (?:good )?way) to (?=\w)/, 'how to '],
  // What something is like.
  [
    /^(?:what is (?:it|its|it's) (?:\w+ )?like|how does it (?:\w+ )?feel(?: like)?|what does it (?:\w+ )?feel like|how is it like|how is it(?= (?:to|being|having|\w+ing) )) (?:to (?:be )?|being )?(?=\w)/,
    'whatlike ',
  ],
  [/^what (does|do|did) (.+?) (feel|look|taste|smell|sound) like\b/, 'how $1 $2 $3'],
  // Measures.
  [
    new RegExp(`^how (${[...ATTRIBUTES.keys()].join('|')}) (is|are|was|were) (.+)$`),
    (_, quality, be, thing) => `what ${be} ${ATTRIBUTES.get(quality as string)} of ${thing}`,
  ],
  [/^how far (?:away )?(?:is|are) (?:it )?(?:from )?(.+?) (?:and|from|to) (.+)$/, 'what is distance between $1 and $2'],
  [/^what is (?:the )?distance from (.+?) to (.+)$/, 'what is distance between $1 and $2'],
  [/^how far (?:away )?(?:is|are) (.+)$/, 'what is distance to $1'],
  [/^(?:how much|what) (?:do|does|did|will|would) (?:it cost (?:to|for) )(.+)$/, 'what is cost of $1'],
  [/^(?:how much|what) (?:do|does|did|will|would) (.+?) cost\b ?(.*)$/, 'what is cost of $1 $2'],
  [/^what (?:is|are|was|will be) (?:the )?(?:cost|price|prices|costs) (?:of|for) /, 'what is cost of '],
  [/^how much (?:is|are) ((?:the |an? |your )?(?:[a-z]+ ){0,2}[a-z]+)$/, 'what is cost of $1'],
  [/^how long (does|did|will|would) (\w+ing .+) take$/, 'how long $1 it take to $2'],
  [/^(to|for|with|from|by|about) whom (.+)$/, 'who $2 $1'],
  [
    /^(?:what (?:do|are|is) you(?:r)? (?:think|opinions?|views?|thoughts?|take)(?: about| of| on| regarding)|how do you (?:feel|think) about) (?=\w)(?!when\b|if\b|that\b)/,
    'what is opinion about ',
  ],
  [/^how long (?:does|do|did|will|would) (?!it )(.+?) take\b ?(.*)$/, 'how long is $1 $2'],
  [
    /^how many (?:people|inhabitants|persons) (?:live|reside|are living|are there) in (.+)$/,
    'what is population of $1',
  ],
  [
    /^how much (?:money )?(?:do|does|can|would) (.+?) (?:earn|get paid|make)(?= in | per | a | an |$)/,
    'what is salary of $1',
  ],
  [/^what (is|are|was|were) (?:the )?names? of (?=the|all|some)/, 'what $1 '],
  // Reasons.
  [
    /^what (?:is|are|was|were|could be|would be) (?:the |some |a |some of the )?(?:main |real |possible |actual |exact )?(?:reasons?|cause) (?:for which |for |that |why |behind |as to why )?(?=\w)(?!of )/,
    'why ',
  ],
  [/^what makes (.+?) so (\w+)$/, 'why is $1 $2'],
  // Differences.
  [
    new RegExp(
      `^how (?:do|does|can|could|would|should|did|to) (?:${ANYBODY} )?(?:tell the difference|distinguish|differentiate|tell apart|discriminate) (?:between )?(.+?) (?:and|from) (.+?)(?: apart)?$`,
    ),
    'what is difference between $1 and $2',
  ],
  [
    new RegExp(`^how (?:do|does|can|could|to) (?:${ANYBODY} )?tell (.+?) (?:and|from) (.+?)(?: apart)?$`),
    'what is difference between $1 and $2',
  ],
  [
    /^(?:how|in what ways?) (?:do|does|did) (.+?) (?:and|from) (.+?) differ(?: from (?:each other|one another))?\b ?(.*)$/,
    'what is difference between $1 and $2 $3',
  ],
  [/^how (?:does|do|did) (.+?) differ from (.+)$/, 'what is difference between $1 and $2'],
  [
    /^how (?:is|are|was|were) (.+?) (?:different|distinct) (?:from|than|to) (.+)$/,
    'what is difference between $1 and $2',
  ],
  [
    /^how (?:is|are|was|were) (.+?) and (.+?) different(?: from (?:each other|one another))?$/,
    'what is difference between $1 and $2',
  ],
  [
    /^what (?:distinguishes|differentiates|sets) (.+?) (?:from|and|apart from) (.+)$/,
    'what is difference between $1 and $2',
  ],
  [/^differences? (?:between|of) /, 'what is difference between '],
  [
    /^(?:do you have|can you (?:give|share|offer)(?: me)?|could you (?:give|share|offer)(?: me)?|is there|i am looking for|looking for|i need|i want) (?:some |any |a few )?(?:tips|advice|suggestions|ideas|recommendations) (?:on how to|about how to|on|for|to) (?=\w)/,
    'how to ',
  ],
  [
    /^(?:which|what) (\w+) (is|are|was|were) (?:the )?(\w+est|best|worst|most \w+)(?= |$) ?(.*)$/,
    'what $2 the $3 $1 $4',
  ],
  [/^what (?:do|does) (.+?) earn(?= in | per | a | an |$)/, 'what is salary of $1'],
  // Whether it is so.
  [
    /^(?:i (?:would like|want|wish|need) to (?:know|find out)|i must know|i (?:was|am) (?:just )?(?:wondering|curious|not sure)|i wonder|(?:can|could|would|will) you (?:please )?(?:tell me|explain|say)|(?:please )?(?:tell me|let me know)|do you know|does (?:anyone|anybody|someone) know) (?:if|whether) (.+)$/,
    (_, statement) => asked(statement as string),
  ],
  [
    /^((?:why |how )?(?:is|are|was|were)) (.+?) (?:considered|regarded|seen|deemed) (?:as |to be )?(?=\w)(?!by\b|for\b|in\b|when\b)/,
    '$1 $2 ',
  ],
  [
    /^(?:do you (?:really |honestly |actually )?(?:think|believe|feel|reckon)|would you (?:say|agree)|(?:is|was) it (?:really |actually )?(?:true|correct|right|the case|a fact)|is it true to say|can you confirm|(?:do|does) (?:anyone|anybody|someone) think)(?: that)? (?!(?:of|about|how|what|why|who|where|when|which|it is|to)\b)(?=\w+ \w)(.+)$/,
    (_, statement) => asked(statement as string),
  ],
  [/^(?:do|does|did) (?:there )?(.+?) (?:really |actually |still )?exist\b ?(.*)$/, 'is there $1 $2'],
  [/^(?:are|is) there (?:any |some )?(.+)$/, 'is there $1'],
  [/^(?:was|were) there (?:any |some )?(.+)$/, 'was there $1'],
  [/^(?:do|does) (.+?) must (.+)$/, 'must $1 $2'],
  // The choice before the question.
  [/^(.+ or .+?) , (which|what|who)(?: one)? (is|are) (\w+(?: \w+)?)$/, '$2 $3 $4 , $1'],
  // Examples and lists.
  [
    /^(?:name|list|list out|give me|tell me|give|state|mention|enumerate|provide|show me|provide me with) (?=(?:the|some|a few|a couple of|an?|any) (?:\w+ )?(?:examples?|list|names?|definition|meaning|capital|largest|smallest|most|best|\w+s) ?(?:of|in|for|to|about|with|that)\b)/,
    'what is ',
  ],
  [/^(?:give|show|tell)(?: me| us)? examples? of /, 'what is example of '],
  [/^what (?:is|are) (?:an? |the |some |any )?definitions? of /, 'what is '],
  [/^(?:can|could|would|will) (?:you|u) (?:please )?(?:tell|give|show) me (?=(?:the|your|my|an?) )/, 'what is '],
  [/^(?:the )?(?:meaning|definition) of /, 'what is '],
  // Tasks in the form of a question or a wish.
  [
    /^(?:can|could|would|will) (?:you|u) (?:please |kindly )?(?:be able to )?(?=(?:write|translate|summari[sz]e|rewrite|rephrase|paraphrase|generate|compose|draft|proofread|list|give|suggest|recommend|explain|describe|define|outline|classify|create|make|convert|correct|tell me|show me) )/,
    '',
  ],
  [
    /^(?:i (?:need|want|would like|would love|wish)|your task is|you (?:have|need)) (?:you )?to (?=(?:write|translate|summari[sz]e|rewrite|rephrase|paraphrase|generate|compose|draft|proofread|list|give|suggest|recommend|explain|describe|define|outline|classify|create|make|convert|correct|tell me|show me) )/,
    '',
  ],
  [/^(write|draft|compose|give|make|create|tell|show|generate) (?:me|us) (?=(?:an?|the|some|\d+|one) )/, '$1 '],
];

/** Rules that make or leave a bare verb behind "help me": a text to write is a task, anything else a way to do it. */
const TASK =
  /^help (?:me|us) (?:to |with )?(?=(?:write|translate|summari[sz]e|rewrite|rephrase|paraphrase|generate|compose|draft|proofread) )/;
const HELP = /^help (?:me|us) (?:to )?(?=\w)(?!with\b)/;

/** The sentence in its usual form. */
export function recast(sentence: string): string {
  let line = sentence;
  for (const [from, to] of RULES) {
    if (!from.test(line)) continue;
    line = (typeof to === 'string' ? line.replace(from, to) : line.replace(from, to)).trim();
  }
  return line.replace(TASK, '').replace(HELP, 'how to ');
}

const WISHES = new RegExp(`^(?:i|we) ${WISH} to (.+)$`);
const HOW = new RegExp(`^${ASKS_HOW}$`);

const THING = /^(?:what|who) (?:is|are) (?:an? |the )?((?:\w+ ?){1,5})$/;
const OF_IT =
  /^what (?:is|are) (?:(?:its|their) (?:\w+ ?){1,3}|(?:the |some )?(?:(?:pros and cons|advantages(?: and disadvantages)?|disadvantages|benefits|uses|examples|types|causes|symptoms|features|effects|side effects)(?: of (?:it|them))?))$/;

/** "I want to X." and "How do I do that?" are one question when they follow each other. */
export function joined(sentences: readonly string[]): string[] {
  const out: string[] = [];
  for (const sentence of sentences) {
    const before = out.at(-1) ?? '';
    const wish = HOW.test(sentence) ? WISHES.exec(before) : null;
    const thing = OF_IT.test(sentence) ? THING.exec(before) : null;
    if (wish !== null) out[out.length - 1] = `how to ${wish[1]}`;
    else if (thing !== null)
      out[out.length - 1] =
        `${sentence.replace(/\b(?:its|their) /, 'the ').replace(/ of (?:it|them)$/, '')} of ${thing[1]}`;
    else out.push(sentence);
  }
  return out;
}
