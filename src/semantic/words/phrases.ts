/** Phrases that stand for one word or for none. Applied to lower-case words parted by single spaces, longest first. */

/** Courtesy, hedges and fillers: they change how a question sounds, not what it asks. */
const FILLERS = `
please|kindly|pls|plz|thanks|thank you|thanks in advance|thank you in advance|hi|hello|hey|hi there|hello there|dear all|good morning|good evening
actually|really|truly|indeed|in fact|literally|basically|honestly|somehow|certainly|definitely|seriously|obviously|apparently|of course|in reality
as a matter of fact|by any chance|for sure|to be honest|in general|generally speaking|generally|currently|at present|at the moment|right now|presently|as of now
ever|even|just|quite|rather|pretty much|very|so much|totally|absolutely|possibly|perhaps|maybe|anyway|by the way|exactly|precisely|essentially|successfully|specifically
in your opinion|in your view|according to you|do you think that|do you think|would you say|do you believe
on average|on an average|personally|of all time|so far|till date|till now|until now|up to now|for me|for us|if possible|as possible|or something|and so on|etc|going about|go about|on earth|the hell|the heck`;

/** Phrase → what it stands for. */
const REWRITES = `
in order to=to|so as to=to|due to=because of|because of=because of|as well as=and|along with=with|together with=with|such as=like|for example=like|for instance=like|e . g=like
in spite of=despite|prior to=before|previous to=before|subsequent to=after|rather than=instead of|as opposed to=instead of|at least=atleast|at most=atmost
more than=morethan|less than=lessthan|fewer than=lessthan|greater than=morethan|no more than=atmost|no less than=atleast|up to=upto|other than=except|apart from=except|except for=except
a lot of=many|lots of=many|plenty of=many|a number of=many|a large number of=many|a bunch of=many|a couple of=some|a few=some|a little=some|a bit of=some|any kind of=any|some kind of=some
kinds of=|types of=|sorts of=|kind of=|type of=|sort of=
be able to=can|is able to=can|are able to=can|am able to=can|unable to=not|not able to=not|is unable to=can not|are unable to=can not|am unable to=can not|no longer=not still|not any more=not still|not anymore=not still
has to=must|have to=must|had to=must|need to=must|needs to=must|ought to=should|supposed to=should|is it possible to=can you|would it be possible to=can you|is it possible for me to=can i|is there any chance to=can i
get rid of=remove|take care of=tend|look after=tend|care for=tend|find out=discover|figure out=discover|look for=search|search for=search|looking for=search|set up=setup|setting up=setup|sets up=setup|log in=login|logging in=login|log into=login|sign in=login|sign into=login
log out=logout|log off=logout|sign out=logout|sign up=register|signing up=register|sign up for=register|give up=quit|giving up=quit|turn on=enable|switch on=enable|turning on=enable|turn off=disable|switch off=disable|turning off=disable|shut down=shutdown|turn into=become
carry out=perform|come up with=invent|get over=overcome|deal with=handle|dealing with=handle|cope with=handle|put off=postpone|throw up=vomit|throwing up=vomit|throw away=discard|run out of=exhaust|point out=mention|break up=separate|wake up=wake|waking up=wake
grow up=mature|speed up=accelerate|slow down=decelerate|back up=backup|clean up=clean|fill out=complete|fill in=complete|work out=exercise|lose weight=slim|losing weight=slim|reduce weight=slim|shed weight=slim|lose fat=slim|reduce fat=slim|gain weight=fatten|put on weight=fatten|increase weight=fatten
fall asleep=sleep|go to sleep=sleep|go to bed=sleep|get married=marry|get married to=marry|get pregnant=conceive|pass away=die|passed away=died|make money=earn money|making money=earn money|make a living=earn money|work for=work at
take place=happen|taking place=happen|took place=happened|make sure=ensure|have fun=enjoy|make use of=use|makes use of=use|making use of=use|pay attention to=heed|make fun of=mock|take part in=join|participate in=join|keep track of=track|on the internet=online|over the internet=online|using the internet=online|using internet=online|through internet=online|through the internet=online|via the internet=online|from the internet=online|from internet=online|on internet=online|on the web=online|web site=website|web page=webpage|e mail=email|wi fi=wifi|on line=online|off line=offline|lap top=laptop|smart phone=smartphone|cell phone=phone|mobile phone=phone|data base=database|data bases=databases|social media sites=social media|high school=highschool|real estate=realestate|credit card=creditcard|operating system=os|artificial intelligence=ai|machine learning=ml|deep learning=deeplearning|data science=datascience|united states of america=usa|united states=usa|the us=usa|u . s . a=usa|u . s=usa|united kingdom=uk|great britain=britain|u . k=uk|new york city=nyc|european union=eu|united nations=un
nowadays=today|these days=today|at night=nightly|every day=daily|each day=daily|every week=weekly|every year=yearly|per day=daily|per week=weekly|per month=monthly|per year=yearly|per annum=yearly|at home=home|in home=home|from home=home
years old=aged|year old=aged|per cent=percent|% =percent |how come=why|for what reason=why|what is the reason for=why|what is the reason that=why|what is the reason why=why|what are the reasons for=why|what are the reasons that=why|what is the reason behind=why|what are the reasons behind=why|why is it that=why|the reason why=why
at what time=when|what time=when|on what date=when|in what year=when|in which year=when|which year=when|what year=when|in what place=where|in which place=where|what place=where|at what place=where|which place=where|whom=who|whose=who 's|that is to say=|with the help of=with|by means of=by|with respect to=about|in regard to=about|regarding=about|concerning=about|with regard to=about
in terms of=in|on top of=above|in front of=before|next to=beside|close to=near|far from=afar|is equal to=equal|are equal to=equal|equals=equal|the same as=same|similar to=similar|different from=different|different than=different|different to=different
the only=only|used to be=formerly be|use to be=formerly be|used to have=formerly have|use to have=formerly have|used to do=formerly do|used to live=formerly live|used to work=formerly work|used to play=formerly play|used to go=formerly go|use to live=formerly live|use to work=formerly work
in and around=in|for and against=about|with or without=withorwithout|with and without=withorwithout|or not=|or no=|opening up=opening|open up=open|start up=start|finish up=finish|heat up=heat|dry up=dry|with using=with|by using=with|know if=tell if|knows if=tell if|know whether=tell if|find out if=tell if|find out whether=tell if|figure out if=tell if|get in touch with=contact|getting in touch with=contact|good looking=attractive|well known=famous|hand in=submit|ask for=request|asking for=request|go on with=continue|calm down=calm|hang out=hangout|hanging out=hangout|instead of=insteadof|according to=accordingto|next door=nextdoor|as soon as=once|over time=gradually|cheat on=betray|cheated on=betray|difference of=difference between|differences between=difference between|difference among=difference between|distinguish between=difference between|differentiate between=difference between`;

const table = new Map<string, string>();
for (const phrase of FILLERS.trim().split(/[|\n]/)) table.set(phrase, '');
for (const rule of REWRITES.trim().split(/[|\n]/)) {
  const [phrase, word] = rule.split('=') as [string, string];
  table.set(phrase, word);
}

/** Phrases by first word: most words begin none, and then nothing is tried. */
const byFirst = new Map<string, (readonly [readonly string[], readonly string[]])[]>();
for (const [phrase, word] of table) {
  const words = phrase.trim().split(' ');
  const first = words[0] as string;
  const list = byFirst.get(first) ?? [];
  list.push([words, word.trim() === '' ? [] : word.trim().split(' ')]);
  list.sort((a, b) => b[0].length - a[0].length);
  byFirst.set(first, list);
}

/** Words with every phrase replaced. */
export function withoutPhrases(words: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < words.length; ) {
    const match = byFirst.get(words[i] as string)?.find(([phrase]) => phrase.every((word, k) => words[i + k] === word));
    if (match === undefined) out.push(words[i++] as string);
    else {
      out.push(...match[1]);
      i += match[0].length;
    }
  }
  return out;
}
