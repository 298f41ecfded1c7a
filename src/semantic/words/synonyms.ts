/**
 * Words that ask for the same, written for this project from general English. Lemmas; a line or a bar ends a group. Only words
 * that stand for each other in nearly every question: a wrong group is a wrong answer served.
 */
export const SYNONYMS = `
buy purchase|begin start commence|stop quit cease|end finish|help assist aid|choose pick select|repair fix mend|show display|get obtain acquire
require need|want desire wish|happen occur|build construct|make create|make produce|delete remove erase|utilize use utilise|earn make|gain get
improve enhance better|increase raise boost|increase grow|decrease reduce lower lessen|grow increase|answer reply respond|ask inquire|attempt try
big large huge|small little tiny|fast quick rapid|fastest quickest|faster quicker|slow sluggish|easy simple|easiest simplest|easier simpler
hard difficult tough challenging|hardest toughest|important significant crucial vital essential|famous renowned|rich wealthy affluent|poor impoverished
happy joyful glad cheerful|sad unhappy|unhappy miserable|angry furious mad enraged|afraid scared frightened fearful|brave courageous bold|shy timid
smart intelligent clever|stupid dumb foolish|beautiful pretty gorgeous attractive|handsome attractive|ugly unattractive|kind nice|cruel mean
rude impolite|polite courteous|humble modest|proud arrogant|generous charitable|lazy idle|hardworking diligent industrious|honest truthful
loyal faithful|religious spiritual|outspoken vocal|quiet silent|loud noisy|calm relaxed peaceful|nervous anxious|tired exhausted|sick ill unwell
healthy fit|fat overweight obese|thin slim skinny slender|strong powerful|weak feeble|safe secure|dangerous hazardous unsafe|risky dangerous
careful cautious|wrong incorrect|right correct|true real|fake false counterfeit|strange weird odd unusual|common usual|normal typical ordinary
rare uncommon|main primary|chief main|new recent|latest newest|old ancient|modern contemporary|cheap inexpensive affordable|expensive costly pricey
good great|good nice|bad awful terrible|terrible horrible dreadful awful|best top greatest|excellent outstanding superb
amazing incredible awesome wonderful|funny humorous hilarious|interesting fascinating|boring dull tedious|useful helpful beneficial|useless worthless
possible feasible|necessary required mandatory compulsory|sufficient enough adequate|entire whole complete|total overall|various several different
empty vacant|secret hidden confidential|optimistic hopeful|pessimistic hopeless|confident assured|creative imaginative|ethical moral|unethical immoral
legal lawful|illegal unlawful|conservative traditional|progressive liberal|patient tolerant|organized organised|vegetarian veggie|annoying irritating
irritated annoyed|exciting thrilling|car automobile|bike bicycle|motorcycle motorbike|plane airplane aeroplane aircraft|phone telephone
cellphone mobile smartphone phone|laptop notebook|tv television telly|photo photograph picture|picture image|film movie|kid child|baby infant
mom mother mum|dad father|grandma grandmother|grandpa grandfather|doctor physician|lawyer attorney|teacher instructor|student pupil
job employment occupation|job career|company firm business corporation|boss manager supervisor|employee worker|salary wage pay|money cash|price cost
fee charge|shop store|house home|apartment flat|road street|city town|country nation|place location|holiday vacation|trip journey travel|food meal
drink beverage|illness disease sickness|medicine medication drug|injury wound|pain ache|exercise workout|goal objective aim target|reason cause
effect impact influence|result outcome|consequence result effect|advantage benefit pro|disadvantage drawback con downside|difference distinction
kind type sort|part component|method technique approach|idea concept notion|opinion view|error mistake|bug defect|problem issue trouble|question query
solution answer|example instance|meaning definition|purpose aim|step stage|tip advice suggestion|tutorial guide|book novel|writer author
site website webpage|internet web|online internet|app application|program software|picture photo pic|email mail|password passcode|folder directory
file document|screen display|function method|variable var|repository repo|database db|configuration config setting|parameter argument param
administrator admin|information info|advertisement ad advert|university college|exam test examination|grade mark|homework assignment|usa us america
uk britain|america usa|uae emirates|js javascript|ts typescript|k8s kubernetes|postgres postgresql|pc computer|cpu processor|learn study
teach educate instruct|talk speak chat|tell inform|say state|understand comprehend grasp|think believe|know understand|remember recall
forget misremember|love adore|hate despise loathe detest|like enjoy|prefer favor favour|look seem appear|find discover locate|search seek
see view watch|watch view|hear listen|cook prepare|eat consume|clean wash|throw toss|close shut|open unlock|carry transport|move relocate|visit tour
leave depart exit|arrive reach|travel go|enter join|join enroll enrol|apply register|register signup enroll|login signin|logout signout|download get
install setup|configure setup|execute run|launch start|terminate end kill|cancel abort|convert transform change|modify change alter|edit modify
copy duplicate|save store keep|retrieve recover restore|restore recover|verify check validate confirm|examine inspect check|test check|measure gauge
calculate compute|count tally|compare contrast|combine merge|connect link|split divide separate|share distribute|send transmit|explain describe clarify
define explain|summarize summarise|recommend suggest|advise recommend|permit allow let|prevent avoid|prevent stop|forbid prohibit ban|cure heal treat
treat cure|hurt injure|harm damage|kill murder|die perish decease|born birthed|marry wed|divorce separate|wake awaken|sleep slumber|rest relax
lose shed|defeat beat|win triumph|prepare ready|study prepare|crack clear pass|clear pass|overcome beat conquer|handle manage deal cope|control manage
solve resolve|fix solve|develop improve|master learn|become get|become turn|stay remain|live reside|own possess have|contain include|consist comprise
permit enable|cause trigger|lead result|affect influence impact|reply answer|believe trust|describe characterize|invent create|discover find
found establish|establish create|write compose|author write|paint draw|hire recruit employ|fire dismiss sack|canine dog|feline cat|puppy pup
kitten kitty|bunny rabbit|couch sofa|trash garbage rubbish waste|bathroom restroom toilet washroom|elevator lift|gas petrol gasoline|fall autumn
pants trousers|cookie biscuit|candy sweets|truck lorry|highway motorway freeway|sidewalk pavement|wealth riches|fear phobia|anger rage fury
happiness joy|sadness sorrow grief|stress pressure|anxiety nervousness|motivation drive|habit routine|under below beneath underneath|above over
inside within|until till|through via|near nearby|about regarding concerning|because since|although though|around approximately roughly about
often frequently|rarely seldom|quickly rapidly fast swiftly|slowly gradually|now currently presently|soon shortly|nowadays today|always constantly
maybe perhaps possibly|everyone everybody|someone somebody|anyone anybody|before prior|after following|before previously|daily everyday
yearly annually annual|maximum max|minimum min|color colour|favorite favourite|center centre|meter metre|liter litre|analyze analyse|organize organise
behavior behaviour|program programme|license licence|practice practise|traveling travelling|gray grey|theater theatre|defense defence|optimize optimise
realize realise|recognize recognise|apologize apologise|memorize memorise|minimize minimise|maximize maximise|visualize visualise
humans human mankind humankind people|person human individual|people folk|guy man|lady woman|gentleman man|girl lass|boy lad|teenager teen
citizen national|friend buddy pal|weight mass|height tallness|size dimension|speed velocity|energy power|strength power|length distance|earth world
world globe|planet earth|universe cosmos|cellular mobile|wifi wireless|net internet|laptop computer|max highest|gravitational gravity
electrical electric|historical historic|medical clinical|financial monetary|economic economical|legit legitimate|virus malware|hacker cracker
programmer coder developer|programming coding|code program|developer engineer|scientist researcher|earn gain|lift raise|reach attain achieve
achieve accomplish|succeed prosper|fail flop|worry fret|concern worry|hope wish|dream aspire|shape form|structure form|feature characteristic trait
quality attribute|property attribute|rule regulation|law legislation|government administration|tax levy|vote ballot|election poll|war conflict
battle fight|soldier trooper|police cop|thief robber burglar|criminal crook|prison jail|crime offence offense|accident crash|fire blaze|forest woods
sea ocean|lake pond|river stream|rock stone|good best great top|great cool awesome|best coolest greatest|nice good|like love
woman girl female|man boy guy male|equipment tool gear|instrument tool|skill ability|ability capability capacity|develop create make build
design create|determine calculate find|change edit replace|find search locate get|search find|get find|effect implication impact
fun enjoyable entertaining|rotate spin revolve turn|gift present|company startup business|trick hack tip|challenge problem|difficulty problem
destination place spot|place location spot site|fly flight|meaningless pointless|mean indicate signify|purpose meaning sense|institution institute
percentage percent|occur get|necessary needed|thankful grateful appreciative|gratitude thankfulness|calm serene|joyous happy|lonely alone
wise sensible|elegant graceful|fierce ferocious|talkative chatty|stubborn obstinate|greedy avaricious|sincere genuine|timid shy bashful|clumsy awkward
curious inquisitive|eager keen enthusiastic|energetic lively|envious jealous|fair just|faithful loyal devoted|gloomy miserable sad
glad pleased delighted|gifted talented|gigantic huge enormous|grumpy irritable|handy useful|idle inactive|impolite rude|jolly merry cheerful
knowledgeable informed|logical rational reasonable|messy untidy|neat tidy|noble honorable|obedient compliant|peaceful tranquil|persistent determined
plain simple|pleasant enjoyable agreeable|precise accurate exact|private confidential|prompt punctual|rational logical|relaxed easygoing
reliable dependable trustworthy|resilient tough|respectful courteous|sensitive touchy|serious earnest|sociable outgoing extroverted gregarious
introverted reserved shy|strict stern|sturdy robust|sympathetic compassionate empathetic|thoughtful considerate|thrifty frugal|truthful honest
upset distressed|vain conceited|vicious cruel|wicked evil|witty clever funny|anxious worried nervous|assertive confident|attractive appealing
charming likable|cheerful upbeat|courteous polite|decisive determined resolute|efficient productive|ethical principled|hostile unfriendly
friendly amicable|ambitious driven|analytical logical|adventurous daring bold|fearless brave|cowardly fearful|insecure unconfident|wealthy prosperous
hungry starving|thirsty parched|tense stressed|weary tired exhausted|silly foolish|annoy irritate bother|answer solution|assist support|begin originate
blame accuse|break smash|call phone ring|calm soothe|capture catch|check examine|complain grumble|conceal hide|confuse puzzle|construct make
consume use|decide determine|defend protect|delay postpone|demand require|depict show portray|desire crave|destroy ruin wreck|donate give|earn receive
eliminate remove|employ use|encourage motivate inspire|enlarge expand|ensure guarantee|evaluate assess|exercise train|exist live|explain elaborate
extend prolong|fall drop|finish complete|gather collect|handle tackle|hinder impede|imitate copy mimic|include contain|inform notify|inspect examine
investigate research|maintain keep preserve|manufacture produce make|mention cite|notice observe|order command|organize arrange|own possess
persuade convince|please satisfy|predict forecast|protect guard safeguard|provide supply give offer|pull drag|raise lift|receive get|refuse reject
regret rue|release launch publish|remain stay|rent lease|repeat redo|replace substitute|rescue save|reveal disclose|select choose|seek pursue
shout yell|yogurt yoghurt|aluminum aluminium|cheque check|pajamas pyjamas|plow plough|mold mould|skeptic sceptic|skeptical sceptical|catalog catalogue|dialog dialogue|donut doughnut|jewelry jewellery|airplane aeroplane|fiber fibre|caliber calibre|honor honour|humor humour|flavor flavour|neighbor neighbour|labor labour|rumor rumour|harbor harbour|parcel package|decline reject refuse|fortunate lucky|convincing persuasive|lonesome lonely|grateful thankful|jealous envious|locate find|speak talk|sheriff constable|sort order|steal rob|submit send|succeed thrive|supervise oversee|surrender yield|talk converse|tease mock|test exam|threaten menace
touch feel|trade exchange|train coach|translate interpret|trick deceive fool|try test|undergo experience|unite join|update refresh|upload post
urge encourage|use operate|vanish disappear|wander roam|warn alert|waste squander|work function operate|yell scream
oversee supervise|modify alter adjust|ignore disregard|detect spot|restrict limit|pursue chase|regain recover|embrace hug|jump leap
admit acknowledge confess|mainly primarily|intentionally purposely deliberately|suddenly abruptly|partly partially|nearly almost|deeply profoundly
flu influenza|belly abdomen stomach tummy|odor odour smell|scent fragrance perfume aroma|singer vocalist|translator interpreter
earthquake quake|dormitory dorm|laboratory lab|mathematics math maths|gymnasium gym|refrigerator fridge|veterinarian vet|hippopotamus hippo
rhinoceros rhino|lifespan lifetime|menace threat|catastrophe disaster|remark comment|topic subject|amazed astonished stunned surprised
wonderful fantastic marvelous terrific|silly goofy|huge immense|adequate enough|uncertain unsure|significant substantial|immature childish
decorative ornamental|famed famous celebrated|impulsive spontaneous|compassionate caring|frightened terrified|satisfied content|punctual prompt
stingy miserly|impolite discourteous|gullible naive|plump chubby|muscular brawny|poor destitute|sad sorrowful melancholy|devout pious religious
creative inventive|observant attentive|forgetful absentminded|sleepy drowsy|unlucky unfortunate|remedy cure|tale story|damp moist|fog mist
invoice bill|coupon voucher|reimburse refund|warranty guarantee|helpdesk support|faulty defective|damaged broken|missing lost|shipping delivery
ship deliver|dispatch ship|update change|expire lapse|activate enable|deactivate disable|freeze hang|integer int|boolean bool|character char
directory dir|environment env|production prod|mongodb mongo|purchaser buyer|journey voyage|shoes footwear|clothes clothing apparel|attire clothing
rubbish litter|woods forest|storm tempest|cave cavern|vehicle automobile
spectacles glasses eyeglasses|sneakers trainers|diaper nappy|flashlight torch|faucet tap|vacation holiday|zip postcode|mailman postman
gasoline petrol|soccer football|stroller pram|overcoat coat|jail prison|timetable schedule|movie flick
cab taxi|metro subway underground|carpet rug|chef cook|janitor custodian|nanny babysitter|rookie beginner novice
expert specialist|genius prodigy|liar fibber|proof evidence|glue adhesive|disinfect sanitize
postpone defer|verify authenticate|resign quit|chew munch|peek glance|sob weep cry|giggle chuckle
mumble mutter|wed marry|bury inter|vow promise pledge|scold rebuke reprimand|mislead deceive|swindle defraud|forecast predict|renovate refurbish
reside dwell|inhabit populate|cultivate grow|harvest reap|moisturize hydrate|vaccinate inoculate`;
