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

describe('a way to do it', () => {
  const FORMS = `
How can I X?|How do I X?|How do you X?|How could I X?|How would I X?|How should I X?|How might I X?|How to X?|
How may I X?|How does one X?|How can one X?|How can someone X?|How do people X?|How can a person X?|
What is the best way to X?|What is a good way to X?|What are good ways to X?|What are some ways to X?|
What are the ways to X?|What's the easiest way to X?|What is the right way to X?|What is the proper way to X?|
What are the best ways to X?|What can I do to X?|What should I do to X?|What do I do to X?|What must I do to X?|
What do I need to do to X?|What do I have to do to X?|What could I do to X?|What can be done to X?|
What should one do to X?|What can I do in order to X?|What should I do in order to X?|In order to X, what should I do?|
To X, what should I do?|If I want to X, what should I do?|If you want to X, what should you do?|
If I want to X, what can I do?|If one wants to X, what should one do?|I want to X, what should I do?|
I want to X. What should I do?|I want to X. How can I do it?|I want to X, how do I do it?|
I would like to X. How do I do that?|I'd like to X, what's the best way?|I need to X. What should I do?|
I'm trying to X. Any tips?|I am trying to X. How do I do this?|Is there a way to X?|Is there any way to X?|
Are there any ways to X?|Is there a good way to X?|Are there any tips to X?|What are some tips to X?|
What are some tips for how to X?|Any tips to X?|Any advice on how to X?|What is the process to X?|
What are the steps to X?|What steps are needed to X?|What steps should I take to X?|What is the method to X?|
What is the procedure to X?|What's the trick to X?|What is the secret to X?|Can you tell me how to X?|
Can you explain how to X?|Can you show me how to X?|Could you tell me how I can X?|Can someone tell me how to X?|
Can anyone tell me how to X?|Could someone explain how to X?|Please tell me how to X|Please explain how to X|
Tell me how to X|Teach me how to X|Teach me to X|Show me how to X|Explain how to X|Do you know how to X?|
Does anyone know how to X?|Do you know how I can X?|I want to know how to X|I'd like to know how to X|
I would love to know how to X|I need to know how to X|I was wondering how to X|I wonder how to X|I don't know how to X|
I don't know how to X. Can you help me?|I have no idea how to X|Help me X|Help me to X|Can you help me X?|
Could you help me to X?|I need help to X|Looking for a way to X|Best way to X|Best ways to X|Ways to X|Tips to X|
Steps to X|Guide to X|Tips on how to X|How exactly do I X?|How do I actually X?|How can I best X?|How can I possibly X?|
How is it possible to X?|How does someone X?|How would you X?|How would one X?|How can we X?|How do we X?|
What does it take to X?|What would it take to X?|What do you do to X?|What would you do to X?|
What's the best method to X?|Which is the best way to X?|What would be the best way to X?|
What will be the best way to X?|What might be a good way to X?|What is an effective way to X?|
What are effective ways to X?|What is a simple way to X?|What are some good ways to X?|
What are some effective methods to X?|What is one way to X?|What are different ways to X?|What are all the ways to X?|
Hey, how do I X?|Hi! How can I X?|So, how do I X?|OK, how do I X?|Quick question: how do I X?|Question: how do I X?|
Hello, I'd like to know how to X. Thanks!`;

  it.each(FORMS.trim().split(/\|\n?/))('%s', (form) => {
    expect(usual(form.replace('X', 'bake bread'))).toBe('how to bake bread');
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
