/**
 * Language: an answer comes in the language of its question. The word lists are English, so that anything else is matched only
 * where it is the same but for case, spacing and the last stop.
 */
import type { Reading } from '../reading.ts';
import { EMPTY } from '../words/small.ts';
import type { Guard } from './guard.ts';

const FOREIGN_SCRIPT = /[\p{L}--\p{Script=Latin}]/v;

/** Frequent small words that English does not have. */
const FOREIGN = new Set(
  `der die das und ist nicht ein eine einen wie ich kann mein was wo warum für mit von zu den dem im le la les des est une un que qui comment
  pourquoi quel quelle je mon ma mes dans pour avec sur el los las es una como por qué cómo puedo mi para con del cuál quién dónde il lo gli che come
  perché posso sono della di o os um uma é não como posso meu minha para com do da het een van hoe kan ik mijn niet wat waarom jak jest nie co czy
  wer wen wem wann sind hat haben wird werden auf auch oder bei nach aus durch meine meinen meinem unser sich kein keine sehr gibt
  où quand combien puis peux sont être avoir fait cette ces mes nous vous ils elle aux chez sans mais très faut qu'est
  dónde cuándo cuánto son está estoy tengo puede qué esta este sus más muy pero sin entre hacer todos
  quando dove quanto chi cosa nel nella alla degli delle mia mio anche più fare
  onde quanto qual quais são está tenho pode fazer na no dos das pelo pela mais mas sem
  waar wanneer wie zijn heeft kunnen naar voor met maar geen mij deze
  gdzie kiedy ile dlaczego mój moje się na do dla przez
  hur vad var när varför och att inte min mitt jag du är kan till från man
  nasıl nerede neden ne zaman bir ve bu için mi mı nedir`
    .trim()
    .split(/\s+/),
);
/** Also English, or names of things. */
for (const word of `die was do a come la des on o co es im van um con wo di los el das den ma com les kan le os mi un il lo como para von sur
  hat bei no na man var sin ne du son met wie min has pro mais war chi fare per pode all son qual ces`
  .trim()
  .split(/\s+/))
  FOREIGN.delete(word);

export const language: Guard = {
  name: 'language',
  refuses: ({ a, b }) => a.key !== b.key && (isForeign(a) || isForeign(b)),
};

function isForeign({ text, sentences }: Reading): boolean {
  if (FOREIGN_SCRIPT.test(text)) return true;
  let foreign = 0;
  let english = 0;
  let all = 0;
  for (const { words } of sentences) {
    for (const word of words) {
      all++;
      if (FOREIGN.has(word)) foreign++;
      else if (EMPTY.has(word)) english++;
    }
  }
  if (foreign >= 2 && foreign / all >= 0.2) return true;
  return english === 0 && (foreign > 0 || (all > 2 && /[À-ɏ]/.test(text)));
}
