/**
 * Texts that are handed over to be worked on: "Translate: …", "Summarize this: …", what stands in quotes. Of them every letter counts,
 * since they are not asked about but treated; only the spaces, and where spelling is not the task the case, may differ.
 */

import { COMMANDS } from '../words/frames.ts';
import { plain } from '../words/tokens.ts';
import type { Guard } from './guard.ts';

export const payload: Guard = {
  name: 'payload',
  refuses: ({ a, b }) => {
    const [one, other] = [handedOver(a.text), handedOver(b.text)];
    if (one !== other) return true;
    const [quotes, others] = [quoted(a.text), quoted(b.text)];
    return quotes !== '' && others !== '' && quotes !== others;
  },
};

const SPELLING =
  /\b(?:proofread|correct|grammar|grammatical|grammatically|spelling|punctuation|punctuate|capitali[sz]e|capitali[sz]ation|fix|rewrite|edit|format|count|characters?|letters?)\b/i;
const COURTESY = /^(?:(?:hi|hello|hey|please|kindly|can|could|would|will|you|i|need|want|to|me|help|the)[ ,!]+)*/i;
const DEIXIS =
  /\b(?:this|these|following|below|text|sentence|paragraph|passage|article|code|email|message|word|phrase)\b[^:\n]*$/i;

/** What follows the colon or the line of an instruction; empty where nothing does. */
function handedOver(text: string): string {
  const at = /[:\n]\s*/.exec(text);
  if (at === null) return '';
  const instruction = plain(text.slice(0, at.index));
  const order = instruction.replace(COURTESY, '').toLowerCase();
  if (order === 'help' || (!COMMANDS.test(order) && !DEIXIS.test(instruction))) return '';
  return comparable(text.slice(at.index + at[0].length), instruction);
}

/** Two words or more in double quotes. */
function quoted(text: string): string {
  const line = plain(text);
  return [...line.matchAll(/"([^"]*\s[^"]*)"|«([^»]*\s[^»]*)»/g)]
    .map(([, straight, angle]) => comparable(straight ?? angle ?? '', line))
    .join('\n');
}

function comparable(content: string, instruction: string): string {
  const line = plain(content);
  return SPELLING.test(instruction) ? line : line.toLowerCase().replace(/[\s.?!"]+$|^["\s]+/g, '');
}
