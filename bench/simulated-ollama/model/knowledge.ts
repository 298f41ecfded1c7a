/** A few answers that are true, so that a demonstration reads well, and sentences for everything else. */
import type { Pick } from './seed.ts';

const KNOWN: readonly (readonly [RegExp, string])[] = [
  [
    /\bsky\b.*\bblue\b|\bblue\b.*\bsky\b/i,
    'The sky is blue because air scatters short waves of sunlight far more than long ones. Blue light reaches the eye from every direction, while red light passes almost straight through.',
  ],
  [
    /reset.*password|password.*reset|forgot.*password/i,
    'Open the sign-in page, choose "Forgot password", and follow the link in the mail that you get.',
  ],
  [
    /what.*\bcach(e|ing)\b/i,
    'A cache keeps the answers to questions that were asked before, so that the next person who asks does not have to wait for the model.',
  ],
  [/speed of light/i, 'Light travels at 299,792,458 metres per second in a vacuum.'],
  [/count (?:to|from one to) (?:five|5)/i, 'One, two, three, four, five.'],
  [
    /who are you|your name/i,
    'I am a simulated model: my answers are made up, but they arrive the way that those of a real one do.',
  ],
  [/line of html/i, '<p>One & only one line, with a <b>bold</b> word.</p>'],
  [/say hello in japanese/i, 'Hello is こんにちは 👋'],
  // A greeting alone: who greets and then asks wants the answer, and two questions must not get the same words.
  [/^\s*(?:hi|hello|hey)(?: there)?[\s!,.]*$/i, 'Hello! What can I do for you?'],
];

const CAPITALS: Readonly<Record<string, string>> = {
  argentina: 'Buenos Aires',
  australia: 'Canberra',
  austria: 'Vienna',
  belgium: 'Brussels',
  brazil: 'Brasília',
  canada: 'Ottawa',
  chile: 'Santiago',
  china: 'Beijing',
  colombia: 'Bogotá',
  denmark: 'Copenhagen',
  egypt: 'Cairo',
  finland: 'Helsinki',
  france: 'Paris',
  germany: 'Berlin',
  greece: 'Athens',
  hungary: 'Budapest',
  india: 'New Delhi',
  indonesia: 'Jakarta',
  ireland: 'Dublin',
  italy: 'Rome',
  japan: 'Tokyo',
  kenya: 'Nairobi',
  mexico: 'Mexico City',
  netherlands: 'Amsterdam',
  nigeria: 'Abuja',
  norway: 'Oslo',
  peru: 'Lima',
  poland: 'Warsaw',
  portugal: 'Lisbon',
  romania: 'Bucharest',
  spain: 'Madrid',
  sweden: 'Stockholm',
  switzerland: 'Bern',
  thailand: 'Bangkok',
  turkey: 'Ankara',
  ukraine: 'Kyiv',
  'united kingdom': 'London',
  vietnam: 'Hanoi',
};

function capital(question: string): string | undefined {
  const country = /\bcapital (?:city )?of (?:the )?([a-z ]+)/i.exec(question)?.[1]?.trim().toLowerCase();
  const city = country === undefined ? undefined : CAPITALS[country];
  if (country === undefined || city === undefined) return undefined;
  const named = country.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
  const article = /^(netherlands|united)/.test(country) ? 'the ' : '';
  return `The capital of ${article}${named} is ${city}.`;
}

const SUBJECTS =
  'a careful reader|the first thing to look at|most of it|what people call it|the usual way|a small example|one good habit|the hard part|what is left|the simplest case|an old rule|the second step'.split(
    '|',
  );
const VERBS =
  'depends on|begins with|is often mistaken for|follows from|is best explained by|leaves room for|comes down to|is easier with|changes with|rests on|is known from|can be seen in'.split(
    '|',
  );
const OBJECTS =
  'the details|a clear question|what came before|the time of day|two or three numbers|plain words|the tools at hand|a good map|how often it happens|the people who use it|what one leaves out|some patience|the weather|the smallest part|a second look'.split(
    '|',
  );
const TAILS =
  ', and that is enough|, as a rule|, at least at first|, which is worth a note||, though not always|, and little else|, to be exact|, in short|, more or less'.split(
    '|',
  );

const chosen = (words: readonly string[], pick: Pick): string => words[pick(words.length)] ?? '';

/** The longest of the question's words: what it is probably about. */
function topicOf(question: string): string {
  const words = question.match(/\p{L}{4,}/gu) ?? [];
  return words.reduce((longest, word) => (word.length > longest.length ? word : longest), '').toLowerCase();
}

/** What the model says to a question: equal questions and equal picks get equal words. */
export function answerTo(question: string, pick: Pick): string {
  const known = capital(question) ?? KNOWN.find(([pattern]) => pattern.test(question))?.[1];
  if (known !== undefined) return known;
  const topic = topicOf(question);
  const sentences = Array.from({ length: 4 + pick(3) }, (_, index) => {
    const subject = index === 0 && topic !== '' ? `${topic}, in a word,` : chosen(SUBJECTS, pick);
    const sentence = `${subject} ${chosen(VERBS, pick)} ${chosen(OBJECTS, pick)}${chosen(TAILS, pick)}.`;
    return sentence.charAt(0).toUpperCase() + sentence.slice(1);
  });
  return sentences.join(' ');
}
