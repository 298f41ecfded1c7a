/** Each guard with pairs that it is there for: it is the one that refuses, and without it the pair would pass. */
import { describe, expect, it } from 'vitest';
import type { GuardName } from '../../src/semantic/guards/guard.ts';
import { GUARDS } from '../../src/semantic/guards/in-order.ts';
import { match } from '../../src/semantic/match.ts';
import { guarded, OPTIONS } from './judge.ts';

/** The first is refused by this guard alone. */
const REFUSED: Readonly<Record<GuardName, readonly (readonly [string, string])[]>> = {
  language: [
    ['¿Cómo puedo vender mi libro?', '¿Cómo puedo vender mi libros?'],
    ['Wie lange kocht man ein Ei?', 'Wie lang kocht man ein Ei?'],
  ],
  code: [
    ['What does a && b print?', 'What does a || b print?'],
    ['Explain this:\n  if x:\n    y()\n  z()', 'Explain this:\n  if x:\n    y()\n    z()'],
  ],
  payload: [
    ['Correct the spelling: its raining', "Correct the spelling: it's raining"],
    ['Translate "the bank is open" to Dutch', 'Translate "the open bank is" to Dutch'],
  ],
  numbers: [
    ['How do I split a pizza among 3 people?', 'How do I split a pizza among 5 people?'],
    ['Is 30 % much?', 'Is 3.0 % much?'],
  ],
  negation: [
    ['Why is my engine starting?', "Why isn't my engine starting?"],
    ['Which metals rust?', 'Which metals do not rust?'],
  ],
  antonym: [
    ['How do I mute the phone?', 'How do I unmute the phone?'],
    ['What makes metals strong?', 'What makes metals weak?'],
  ],
  role: [
    ['Does the ferry sail from Malta?', 'Does the ferry sail to Malta?'],
    ['Why do bees die from cold?', 'Why do bees die with cold?'],
  ],
  name: [
    ['Where in Lima can I surf?', 'Where in Cadiz can I surf?'],
    ['Is Walter Brandt a spy?', 'Is Walter Keller a spy?'],
  ],
  quantifier: [
    ['Do all owls hunt at night?', 'Do most owls hunt at night?'],
    ['Is the soup hot?', 'Is the soup too hot?'],
  ],
  question: [
    ['Why do owls hunt at night?', 'How do owls hunt at night?'],
    ['May I park here?', 'Must I park here?'],
  ],
  tense: [
    ['Who is the head of the bank?', 'Who was the head of the bank?'],
    ['Which side effects does the drug have?', 'Which side effects should the drug have?'],
  ],
  verb: [
    ['Is Paula a judge?', 'Does Paula have a judge?'],
    ['Is the clerk bored?', 'Is the clerk boring?'],
    ['What does a valve do?', 'What is a valve?'],
    ['Should I have called the clerk?', 'Should I call the clerk?'],
  ],
  conjunction: [
    ['Is Paula a miner or a clerk?', 'Is Paula a miner and a clerk?'],
    ['Do owls or hawks hunt at night?', 'Do owls and hawks hunt at night?'],
  ],
  order: [
    ['Do goats follow ducks?', 'Do ducks follow goats?'],
    ['Is Paula rich and Dmitri kind?', 'Is Paula kind and Dmitri rich?'],
  ],
  person: [
    ['Does my neighbor trust you?', 'Does your neighbor trust me?'],
    ['What has changed you?', 'What has changed?'],
  ],
  mention: [
    ['How do I solve a riddle?', 'How do I solve this riddle?'],
    ['What is the difference between for and to?', 'What is the difference between for and at?'],
  ],
  unmatched: [
    ['Is Paula a clerk?', 'Is Paula a junior clerk?'],
    ['How is ink made?', 'How is white ink made?'],
  ],
};

describe.each(GUARDS.map(({ name }) => name))('the guard %s', (name) => {
  it.each(REFUSED[name])('refuses: %s | %s', (a, b) => {
    expect(guarded(a, b)).toMatchObject({ hit: false, refusedBy: name });
    expect(guarded(b, a)).toMatchObject({ hit: false });
  });

  it('is needed: without it its first pair would pass', () => {
    const [prompt, stored] = REFUSED[name][0] as readonly [string, string];
    // Another number is another name as well.
    const without = new Set<GuardName>(name === 'numbers' ? [name, 'name'] : [name]);
    expect(match({ prompt, stored, cosine: 1 }, { ...OPTIONS, threshold: 0, without })).toMatchObject({ hit: true });
  });
});
