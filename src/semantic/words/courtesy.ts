/** Courtesy: what is said around a question out of manners. Whole sentences of it and openings; lower-case words, commas as words. */

const GREETING = '(?:hi|hello|hey|hiya|greetings|dear|good (?:morning|afternoon|evening|day))';
const CLOSING =
  '(?:(?:best|kind|warm|many)? ?regards|cheers|sincerely|yours (?:truly|sincerely|faithfully)|(?:many |a lot of )?thanks|thank you|thx|ty|thanx)';

const IDLE: readonly RegExp[] = [
  new RegExp(
    `^${GREETING}(?: (?:there|all|everyone|everybody|team|guys|folks|sir|madam|friends?|support|both|again|\\w+))?$`,
  ),
  new RegExp(
    `^${CLOSING}(?: (?:a lot|so much|very much|again|a million|all|everyone|in advance|for (?:any|your|the|all)? ?(?:your )?(?:help|time|answers?|support|reply|assistance)))*(?: (?!to\\b)\\w+){0,2}$`,
  ),
  /^(?:i )?hope (?:you|all|everyone|this|everything)\b.*\b(?:well|fine|good|great|ok|safe|help(?: me| us)?)$/,
  /^how (?:are|r) (?:you|u)(?: (?:doing|all|today|there))*$/,
  /^(?:can|could|would|will) (?:you|u|someone|anyone|anybody|somebody) (?:please )?help(?: me| us)?(?: (?:out|please|with (?:this|that|it|something)))*$/,
  /^(?:i|we) (?:have|had|got) (?:a|one|another|some) (?:quick |simple |small |short |general )?questions?(?: for you)?$/,
  /^(?:i|we) (?:need|want|require|could use) (?:some |your |a little |a bit of )?(?:help|assistance|advice)(?: please)?(?: with (?:this|something))?$/,
  /^(?:help|urgent|quick question|question|please help(?: me)?|help (?:me|needed|please|me please)|sorry to bother you|excuse me|pardon me|any ideas?|any help(?: is| would be)? appreciated|i am new here|nice to meet you)$/,
  /^(?:please )?(?:let me know|advise|answer|reply)(?: (?:me|soon|asap|quickly))*$/,
];

/** After another question: the reason is part of any good answer. */
const WHY_TOO =
  /^(?:and |but )?(?:why|why so|why is that|how so|why or why not|explain|explain why|please explain|(?:if )?(?:so|yes|not|no) ,? ?(?:then )?why(?: not)?|if (?:so|yes|not) ,? ?(?:then )?why(?: or why not)?|give reasons|justify(?: your answer)?|why do you (?:think|say|feel) so)$/;
const TAIL = /(?<=\w.*) (?:, )?and why$| , why(?: so| not)?$/;

const OPENINGS: readonly RegExp[] = [
  /^(?:thx|thanks|thank you|ty|yo|hey|(?:please )?help(?: me| needed)?) , /,
  new RegExp(`^${GREETING}(?: (?:there|all|everyone|team|guys|folks|sir|madam))*(?: \\w+)? , `),
  /^(?:sorry to (?:bother|disturb|interrupt|trouble) (?:you|u)|sorry for (?:bothering|disturbing) you|sorry if this is a (?:dumb|stupid|silly) question|sorry|apologies|excuse me|pardon me|please|well|ok|okay|so|hmm|oh|just (?:curious|wondering|asking|out of curiosity)|out of curiosity|quick question|one (?:more |quick )?question|another question|(?:i have )?a (?:quick |simple |general )?question|question|serious question|honest question)(?: ,| but| and|:)* (?=\w+ \w)/,
];

/** Sentences without those that are manners alone; all of them where nothing else is said. */
export function withoutCourtesy(sentences: readonly string[]): string[] {
  const said = sentences.map(opened).filter((sentence) => sentence !== '' && !IDLE.some((idle) => idle.test(sentence)));
  const asked = said
    .filter((sentence, i) => i === 0 || !WHY_TOO.test(sentence))
    .map((sentence) => sentence.replace(TAIL, ''));
  return asked.length > 0 ? asked : [...sentences];
}

function opened(sentence: string): string {
  let line = sentence;
  for (let rounds = 0; rounds < 3; rounds++) {
    const rest = OPENINGS.reduce((text, opening) => text.replace(opening, ''), line);
    if (rest === line) break;
    line = rest;
  }
  return line;
}
