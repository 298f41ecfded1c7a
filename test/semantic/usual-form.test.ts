/** What is left of a prompt when courtesy, frame and turn of phrase are brought to their usual form: equal where the question is. */
import { describe, expect, it } from 'vitest';
import { usual } from './judge.ts';

const withoutArticles = (text: string): string => text.replace(/\b(?:a|an|the) /g, '');

describe('one way of asking', () => {
  const WAYS: Readonly<Record<string, readonly string[]>> = {
    'how to restore chair': [
      'How do I restore a chair?',
      'What is the best way to restore a chair?',
      'I want to restore a chair. How do I do that?',
      'If I want to restore a chair, what should I do?',
      'What steps should I follow to restore a chair?',
      'Do you have any tips on how to restore a chair?',
      'Hello! Would you mind telling me how to restore a chair? Many thanks',
      'Help me restore a chair',
    ],
    'what is height of tower': [
      'How tall is the tower?',
      'What is the height of the tower?',
      "What's the height of a tower?",
    ],
    'what is cost of passport': [
      'How much does a passport cost?',
      'What does a passport cost?',
      'What is the price of a passport?',
    ],
    'what is difference between crow and raven': [
      'What is the difference between a crow and a raven?',
      'How is a crow different from a raven?',
      'How can I tell a crow from a raven?',
      'How do crows and ravens differ?',
    ],
    'why ice float': [
      'Why does ice float?',
      'What is the reason why ice floats?',
      'How come ice floats?',
      'I wonder why ice floats',
    ],
    'is tofu vegan': [
      'Is tofu vegan?',
      'I was wondering if tofu is vegan',
      'Is it true that tofu is vegan?',
      'Do you think tofu is vegan?',
    ],
    'what is opinion about tofu': [
      'What do you think about tofu?',
      'What is your opinion on tofu?',
      'How do you feel about tofu?',
    ],
    'what is it like live alone': [
      'What is it like to live alone?',
      'How does it feel to live alone?',
      'What does it feel like to live alone?',
    ],
  };

  it.each(Object.entries(WAYS))('%s', (form, ways) => {
    expect([...new Set(ways.map((way) => withoutArticles(usual(way))))]).toEqual([form]);
  });
});

describe('what stays apart', () => {
  it.each([
    ['What is the fastest way to cross?', 'What is the cheapest way to cross?'],
    ['How did you cross?', 'Why did you cross?'],
    ['How tall is the tower?', 'How old is the tower?'],
    ['Help me write a letter', 'Help me find a letter'],
    ['What is it like to be a judge?', 'How do I become a judge?'],
  ])('%s | %s', (a, b) => {
    expect(usual(a)).not.toBe(usual(b));
  });
});

describe('a text without a question', () => {
  it.each(['Thanks!', 'Hi there', '?', '', '«…»', 'Why?'])('%j is itself or its words', (text) => {
    expect(() => usual(text)).not.toThrow();
    expect(usual(text).length).toBeGreaterThanOrEqual(Math.min(1, text.length));
  });
});
