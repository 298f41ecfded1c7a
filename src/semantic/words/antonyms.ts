/**
 * Opposites, written for this project from general English. Lemmas; a slash parts words that stand for each other.
 * `opposites.ts` adds what prefixes make (un-, in-, dis-, non-) and -ful against -less.
 */

/** Adjectives and adverbs: to be the one is not to be the other. */
export const QUALITIES = `
good/great/nice bad/poor/terrible/awful/evil|better worse|best worst|big/large/huge small/little/tiny|bigger/larger smaller
biggest/largest smallest|high low|higher lower|highest lowest|tall short|taller shorter|tallest shortest|long short|longer shorter
longest shortest|old/elderly young|older younger|oldest youngest|old/ancient new/modern|older newer|oldest newest|fast/quick/rapid slow
faster/quicker slower|fastest/quickest slowest|hot cold|hotter/warmer colder/cooler|hottest coldest|warm cool|heavy light|heavier lighter
heaviest lightest|strong/powerful weak/powerless|stronger weaker|strongest weakest|rich/wealthy poor|richer poorer|richest poorest
easy/simple hard/difficult/complex/complicated|easier harder|easiest hardest|cheap/inexpensive expensive/costly|cheaper pricier
cheapest priciest|early late|earlier later|earliest latest|near/close far/distant|nearer/closer farther/further|nearest/closest farthest
wide/broad narrow|wider narrower|thick thin|thicker thinner|thickest thinnest|fat/overweight thin/slim/skinny|deep shallow|deeper shallower
full empty|open closed/shut|wet dry|dry humid|hard soft|harder softer|loud/noisy quiet/silent|louder quieter|bright dark/dim|brighter darker
clean dirty/filthy|cleaner dirtier|safe/secure dangerous/unsafe/risky/insecure|safer riskier|happy/joyful/glad/cheerful sad/unhappy/miserable
happier sadder|smart/intelligent/clever/bright stupid/dumb/foolish|smarter dumber|beautiful/pretty/attractive/handsome ugly|rude/impolite polite/courteous
kind/nice/gentle cruel/mean/unkind/harsh|brave/courageous/bold/fearless cowardly/fearful/timid/cautious|cautious/careful reckless/careless
proud/arrogant humble/modest|confident insecure/shy|generous selfish/greedy/stingy|honest/truthful dishonest/deceitful
loyal/faithful disloyal/unfaithful|lazy/idle hardworking/industrious/diligent|optimistic/hopeful pessimistic/hopeless|optimist pessimist
positive negative|active passive/inactive|aggressive peaceful/passive|offensive defensive|introverted extroverted|introvert extrovert
conservative/traditional progressive/liberal|religious/spiritual secular|secular sacred|dependent independent/self-reliant
visible/apparent invisible/hidden|public private|legal/lawful illegal/unlawful|guilty innocent|true/correct/right false/incorrect/wrong
right/correct wrong/incorrect|real/genuine/authentic fake/counterfeit/false|real imaginary|natural artificial/synthetic|raw cooked|fresh stale
fresh rotten|ripe unripe|alive/living dead|married single/unmarried/divorced|male female|masculine feminine|awake asleep|drunk sober
sick/ill/unhealthy healthy/well|sane insane/crazy|calm/relaxed nervous/anxious/stressed/tense|patient impatient|flexible rigid/stiff
permanent temporary|constant variable|static dynamic|synchronous asynchronous|sync async|mutable immutable|local remote|local global
internal external|inner outer|domestic foreign|indoor outdoor|urban rural|upper lower|major minor|senior junior|maximum minimum|max min
maximal minimal|vertical horizontal|left right|northern southern|eastern western|north south|east west|front back|top bottom|first last
primary secondary|former latter|previous/prior next/following|past future|ancient modern|common/usual rare/unusual/uncommon
normal/ordinary abnormal/strange/weird|famous/popular unknown/obscure|popular unpopular|special ordinary|simple fancy|formal informal/casual
literal figurative|abstract concrete|general specific|broad narrow|sharp blunt/dull|smooth rough|tight loose|straight crooked/curved
liquid solid|sweet bitter/sour|spicy mild|tough tender|interesting/exciting boring/dull|useful useless|valuable worthless
successful unsuccessful|productive unproductive|efficient inefficient|necessary/essential/required unnecessary/optional|mandatory/compulsory optional/voluntary
possible impossible|likely unlikely|certain/sure uncertain/unsure|moral/ethical immoral/unethical|fair/just unfair/unjust
free paid|free busy|available unavailable|enough insufficient|plural singular|odd even|acidic alkaline|positive negative|analog digital
online offline|manual automatic|wired wireless|single multiple|single double|raw processed|asleep awake|absent present|guilty innocent
relevant irrelevant|responsible irresponsible|mature immature/childish|talkative quiet|outgoing/sociable shy|friendly hostile/unfriendly
trusting suspicious|trustworthy untrustworthy|sensitive insensitive|emotional rational/unemotional|serious funny/playful|sincere insincere
tolerant intolerant|ambitious unambitious|stubborn flexible/compliant|thankful/grateful ungrateful|obedient disobedient|wise foolish/unwise
violent peaceful/nonviolent|wild tame|tidy/neat/organized messy/untidy/disorganized|lucky/fortunate unlucky/unfortunate|vegetarian carnivorous
upstream downstream|upstairs downstairs|clockwise counterclockwise/anticlockwise|ascending descending|lowercase uppercase|inclusive exclusive
convex concave|prenatal postnatal|pro anti|overweight underweight|overrated underrated|literate illiterate|fertile infertile/barren`;

/** Verbs, nouns and small words: to do the one undoes or excludes the other. */
export const DEEDS = `
increase/raise/grow/boost decrease/reduce/lower/shrink/cut|rise fall|gain lose|win lose|earn spend|buy/purchase sell|lend borrow|give take
give receive|send receive|push pull|open close/shut|lock unlock|start/begin/launch stop/end/finish/quit|create/build/make destroy/demolish
add remove/delete/subtract|insert delete/remove|append prepend|include exclude|accept reject/refuse/decline|allow/permit/let forbid/prohibit/ban/prevent/block
enable disable|activate deactivate|install uninstall|connect disconnect|attach detach|mount unmount|encode decode|encrypt decrypt|compress decompress/extract
zip unzip|upload download|import export|push pop|read write|save discard|show/display hide|expand collapse|merge split|join leave|enter exit/leave
arrive depart/leave|come go|love/like/adore hate/dislike/despise|agree disagree|admit deny|believe doubt|trust distrust|remember forget
learn unlearn|teach learn|succeed fail|pass fail|live die|born die|birth death|help hinder/harm|heal/cure hurt/harm/injure|protect attack|attack defend
praise criticize/blame|punish reward|hire fire|employ dismiss|strengthen weaken|improve worsen|upgrade downgrade|promote demote|advance retreat
ascend descend|climb descend|float sink|freeze melt/thaw|heat cool|wake sleep|laugh cry|smile frown|speed slow|accelerate decelerate|tighten loosen
fill empty|load unload|pack unpack|dress undress|wrap unwrap|tie untie|fold unfold|appear disappear|approve disapprove|confirm cancel
follow unfollow|subscribe unsubscribe|register unregister|block unblock|mute unmute|like unlike|login logout|lift drop|multiply divide|sum difference
maximize minimize|maximise minimise|advantage/benefit/pro/pros/upside disadvantage/drawback/con/cons/downside|strength weakness|success failure
profit loss|income expense|revenue cost|credit debit|asset liability|supply demand|buyer seller|employer employee|teacher student|doctor patient
parent child|father mother|son daughter|brother sister|husband wife|boy girl|man woman|king queen|uncle aunt|nephew niece|grandfather grandmother
boyfriend girlfriend|male female|gentleman lady|actor actress|friend enemy|ally enemy|host guest|client server|winner loser|victory defeat|war peace
heaven hell|god devil|day night|morning evening|morning night|am pm|summer winter|spring autumn|sunrise sunset|dawn dusk|beginning end|cause effect
question answer|input output|source destination/target|entrance exit|arrival departure|front rear|minimum maximum|majority minority|love hate|hope despair
joy sorrow|truth lie|wealth poverty|strength weakness|virtue vice|hero villain|predator prey|sender receiver/recipient|producer consumer|encoder decoder
head tail|prefix suffix|numerator denominator|vowel consonant|noun verb|addition subtraction|multiplication division|deposit withdraw|ingress egress
before/prior after/following|until after|since until|from to/into|with without|above/over below/under/beneath/underneath|over under|inside/within outside|in out|into out
on off|up down|upward downward|forward backward|forwards backwards|for against|more less/fewer|most least|many few|much little|minimum maximum
always never|often/frequently rarely/seldom|everyone/everybody nobody/none|everything nothing|all none|all some|anyone nobody|somebody nobody|both neither|either neither
everywhere nowhere|now then|here there|today yesterday|today tomorrow|yesterday tomorrow|increasingly decreasingly|include omit|leading trailing|while until
opening closing|minority majority|hers his|stay/remain leave|fast feast|attract repel|attractive repulsive|import deport|immigrate emigrate|immigrant emigrant|inhale exhale`;
