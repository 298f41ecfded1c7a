/** stampede: everyone asks one prompt that nobody has asked before. */
import type { Ask, Shape, Workload } from './ask.ts';

export function stampede({ seed, models }: Shape): Workload {
  const ask: Ask = {
    model: models[0] as string,
    tenant: 0,
    messages: [
      {
        role: 'user',
        content: `Breaking news, edition ${seed}: what has happened, and what does it mean for the people nearby?`,
      },
    ],
    stream: true,
    maxTokens: 64,
    truth: `stampede ${seed}`,
  };
  return {
    name: 'stampede',
    about: 'one new prompt, asked by everyone at once',
    person: () => ({ next: () => ask }),
    known: [],
  };
}
