/**
 * Language: an answer comes in the language of its question. The word lists are English, so that anything else is matched only
 * where it is the same but for case, spacing and the last stop.
 */
import type { Reading } from '../reading.ts';
import type { Guard } from './guard.ts';

const FOREIGN_SCRIPT = /[\p{L}--\p{Script=Latin}]/v;

/** Frequent small words that English does not have. */
const FOREIGN = new Set(
  `der die das und ist nicht ein eine einen wie ich kann mein was wo warum für mit von zu den dem im le la les des est une un que qui comment
  pourquoi quel quelle je mon ma mes dans pour avec sur el los las es una como por qué cómo puedo mi para con del cuál quién dónde il lo gli che come
  perché posso sono della di o os um uma é não como posso meu minha para com do da het een van hoe kan ik mijn niet wat waarom jak jest nie co czy`
    .trim()
    .split(/\s+/),
);
/** Also English, or names of things. */
for (const word of [
  'die',
  'was',
  'do',
  'a',
  'come',
  'la',
  'des',
  'on',
  'o',
  'co',
  'es',
  'im',
  'van',
  'um',
  'con',
  'wo',
  'di',
  'los',
  'el',
  'das',
  'den',
  'ma',
  'com',
  'les',
  'kan',
  'le',
  'os',
  'mi',
  'un',
  'il',
  'lo',
  'como',
  'para',
  'von',
  'sur',
])
  FOREIGN.delete(word);

export const language: Guard = {
  name: 'language',
  refuses: ({ a, b }) => a.key !== b.key && (isForeign(a) || isForeign(b)),
};

function isForeign({ text, sentences }: Reading): boolean {
  if (FOREIGN_SCRIPT.test(text)) return true;
  let foreign = 0;
  let all = 0;
  for (const { words } of sentences) {
    for (const word of words) {
      all++;
      if (FOREIGN.has(word)) foreign++;
    }
  }
  return foreign >= 2 && foreign / all >= 0.2;
}
