/** Irregular inflections of English: what rules in `lemma.ts` cannot undo. */

/** Base, past, participle where it differs. */
const VERBS = `
arise arose arisen|awake awoke awoken|bear bore borne|beat beat beaten|become became|begin began begun|bend bent|bet bet|bid bid
bind bound|bite bit bitten|bleed bled|blow blew blown|break broke broken|breed bred|bring brought|build built|burn burnt|burst burst
buy bought|cast cast|catch caught|choose chose chosen|cling clung|come came|cost cost|creep crept|cut cut|deal dealt|dig dug
draw drew drawn|dream dreamt|drink drank drunk|drive drove driven|eat ate eaten|fall fell fallen|feed fed|feel felt|fight fought
find found|flee fled|fly flew flown|forbid forbade forbidden|forecast forecast|forget forgot forgotten|forgive forgave forgiven
freeze froze frozen|get got gotten|give gave given|go went gone|grind ground|grow grew grown|hang hung|hear heard|hide hid hidden
hit hit|hold held|hurt hurt|keep kept|kneel knelt|know knew known|lay laid|lead led|leap leapt|learn learnt|leave left|lend lent
let let|lie lay lain|light lit|lose lost|make made|mean meant|meet met|overcome overcame|pay paid|prove proved proven|put put
quit quit|read read|rid rid|ride rode ridden|ring rang rung|rise rose risen|run ran|say said|see saw seen|seek sought|sell sold
send sent|set set|sew sewed sewn|shake shook shaken|shine shone|shoot shot|show showed shown|shrink shrank shrunk|shut shut
sing sang sung|sink sank sunk|sit sat|sleep slept|slide slid|smell smelt|speak spoke spoken|speed sped|spell spelt|spend spent
spill spilt|spin spun|split split|spoil spoilt|spread spread|spring sprang sprung|stand stood|steal stole stolen|stick stuck
sting stung|strike struck stricken|string strung|strive strove striven|swear swore sworn|sweep swept|swell swelled swollen
swim swam swum|swing swung|take took taken|teach taught|tear tore torn|tell told|think thought|throw threw thrown|thrust thrust
tread trod trodden|understand understood|undertake undertook undertaken|undo undid undone|upset upset|wake woke woken
wear wore worn|weave wove woven|weep wept|win won|wind wound|withdraw withdrew withdrawn|wring wrung|write wrote written
rewrite rewrote rewritten|rebuild rebuilt|resend resent|reset reset|retake retook retaken|mistake mistook mistaken|foresee foresaw foreseen
overwrite overwrote overwritten|outgrow outgrew outgrown|bite bit bitten|do did done|have had`;

/** Plural and singular. */
const NOUNS = `
children child|men man|women woman|people person|feet foot|teeth tooth|geese goose|mice mouse|lice louse|oxen ox|dice die
wolves wolf|knives knife|wives wife|lives life|halves half|selves self|shelves shelf|thieves thief|loaves loaf|calves calf
scarves scarf|hooves hoof|elves elf|criteria criterion|phenomena phenomenon|bacteria bacterium|data data|media media
analyses analysis|bases basis|crises crisis|diagnoses diagnosis|hypotheses hypothesis|theses thesis|axes axis|oases oasis
indices index|indexes index|matrices matrix|vertices vertex|appendices appendix|cacti cactus|fungi fungus|nuclei nucleus|alumni alumnus
stimuli stimulus|syllabi syllabus|formulae formula|series series|species species|news news|lens lens|gas gas|bus bus
movies movie|cookies cookie|calories calorie|zombies zombie|selfies selfie|ties tie|pies pie|lies lie|shoes shoe|toes toe
heroes hero|potatoes potato|tomatoes tomato|echoes echo|potatos potato|policemen policeman|firemen fireman|businessmen businessman
grandchildren grandchild|canvas canvas|atlas atlas|chaos chaos|always always|perhaps perhaps|kudos kudos|ios ios|aws aws|dns dns
linux linux|kubernetes kubernetes|redis redis|paris paris|texas texas|james james|thomas thomas|christmas christmas|physics physics
mathematics mathematics|economics economics|politics politics|electronics electronics|ethics ethics|genetics genetics|statistics statistics`;

const entries = (list: string): string[][] =>
  list
    .trim()
    .split(/[|\n]/)
    .map((entry) => entry.split(' '));

/** Past tenses and participles as well as irregular plurals, each with its base. */
export const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ...entries(NOUNS).map(([plural, singular]) => [plural, singular] as [string, string]),
  ...entries(VERBS).flatMap(([base, ...forms]) => forms.map((form) => [form, base] as [string, string])),
]);

/** Irregular past tenses and participles that are not spelled like their present. */
export const PAST_FORMS: ReadonlySet<string> = new Set(
  entries(VERBS).flatMap(([base, ...forms]) => forms.filter((form) => form !== base)),
);

/** Irregular passive participles. */
export const PARTICIPLES: ReadonlySet<string> = new Set(
  entries(VERBS).map(([base, past, participle]) => participle ?? (base === 'become' ? 'become' : (past as string))),
);
