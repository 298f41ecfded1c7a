/** Who is meant: "my name" is not "your name", and "do you love me" is not "do I love you". "You" for anybody is "I". */
import type { Reading } from '../reading.ts';
import type { Guard } from './guard.ts';

export const person: Guard = {
  name: 'person',
  refuses: ({ a, b }) => {
    const mixedA = new Set(a.persons).size > 1;
    const mixedB = new Set(b.persons).size > 1;
    if (mixedA && mixedB) return a.persons.join('') !== b.persons.join('');
    if (hasObject(a) !== hasObject(b)) return true;
    if (mixedA || mixedB) return false;
    const one = a.persons[0];
    const other = b.persons[0];
    return one !== undefined && other !== undefined && one !== other && !(isGeneric(a) && isGeneric(b));
  },
};

/** "What has changed you" is not "what has changed". */
const hasObject = ({ sentences }: Reading): boolean =>
  sentences.some(({ words }) => OBJECTS.has(words.at(-1) ?? '') && !OWN.has(words.at(-2) ?? ''));
/** "Explain it to me", "find it for me": whoever asks wants that. */
const OWN = new Set(['for', 'to']);
const OBJECTS = new Set(['me', 'you', 'us']);

const isGeneric = (reading: Reading): boolean => reading.sentences.every((sentence) => sentence.generic);
