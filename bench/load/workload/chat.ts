/**
 * chat: conversations. A first question, then follow-ups that carry the whole history with the answers that really came; who
 * got the same answer and asks on the same way meets the cache again, though the words differ.
 */
import { createHash } from 'node:crypto';
import type { Ask, Message, Shape, Workload } from './ask.ts';
import { random } from './random.ts';
import { MANNERS, typed } from './topics.ts';
import { zipf } from './zipf.ts';

const MAX_TOKENS = 64;
const SUBJECTS = [
  'bees', 'volcanoes', 'lighthouses', 'glaciers', 'comets', 'mangroves', 'windmills', 'octopuses', 'pianos', 'cathedrals',
  'monsoons', 'tidal pools', 'aqueducts', 'falcons', 'sundials', 'fjords', 'truffles', 'papermaking', 'steam engines', 'coral reefs',
]; // biome-ignore format: a list of words
const OPENINGS: readonly ((subject: string) => string)[] = [
  (subject) => `Tell me something about ${subject}.`,
  (subject) => `What should I know about ${subject}?`,
  (subject) => `Please tell me something about ${subject}.`,
];
const FOLLOW_UPS: readonly { readonly id: string; readonly texts: readonly string[] }[] = [
  { id: 'example', texts: ['Give me an example.', 'Can you give me an example?', 'Please give me an example.'] },
  { id: 'history', texts: ['How has that changed over time?', 'How did that change over time?'] },
  { id: 'shorter', texts: ['Say that in one sentence.', 'Please say that in one sentence.'] },
  { id: 'why', texts: ['Why is that so?', 'Why is that?'] },
];
const MANNER_EXPONENT = 1.3;
/** Chance that a conversation goes on after an answer. */
const GOES_ON = 0.6;
const LONGEST = 4;

export function chat(shape: Shape): Workload {
  const subjects = random(`${shape.seed} subjects`).shuffled(SUBJECTS);
  const subjectRank = zipf(subjects.length, shape.exponent);
  const followRank = zipf(FOLLOW_UPS.length, shape.exponent);
  const mannerRank = zipf(MANNERS, MANNER_EXPONENT);

  const ask = (messages: readonly Message[], truth: string, tenant: number, model: string, stream: boolean): Ask => ({
    model,
    tenant,
    messages,
    stream,
    maxTokens: MAX_TOKENS,
    truth: `chat ${tenant} ${model} ${truth}`,
  });

  return {
    name: 'chat',
    about: `conversations about ${SUBJECTS.length} subjects, ${LONGEST} turns at most`,
    person(index) {
      const chance = random(`${shape.seed} chat ${index}`);
      const tenant = index % shape.tenants;
      let messages: Message[] = [];
      let truth = '';
      let model = '';
      let sessions = 0;

      function open(): void {
        const subject = subjects[subjectRank(chance)] as string;
        model = shape.models[chance.below(shape.models.length)] as string;
        truth = subject;
        sessions += 1;
        say((OPENINGS[chance.below(OPENINGS.length)] as (typeof OPENINGS)[number])(subject), []);
      }

      function follow(reply: string): void {
        const { id, texts } = FOLLOW_UPS[followRank(chance)] as (typeof FOLLOW_UPS)[number];
        // Who got another answer asks about another thing.
        truth = `${createHash('sha256').update(`${truth} ${reply}`).digest('hex').slice(0, 16)} ${id}`;
        say(texts[chance.below(texts.length)] as string, [...messages, { role: 'assistant', content: reply }]);
      }

      function say(text: string, before: readonly Message[]): void {
        messages = [...before, { role: 'user', content: typed(text, mannerRank(chance)) }];
      }

      return {
        next(reply) {
          const turns = (messages.length + 1) / 2;
          if (reply !== undefined && messages.length > 0 && turns < LONGEST && chance.next() < GOES_ON) follow(reply);
          else open();
          const stream = chance.next() < shape.streaming;
          return { ...ask(messages, truth, tenant, model, stream), session: `${index}-${sessions}` };
        },
      };
    },
    known: Array.from({ length: shape.tenants }, (_, tenant) =>
      shape.models.flatMap((model) =>
        subjects.map((subject) =>
          ask([{ role: 'user', content: OPENINGS[0]?.(subject) ?? '' }], subject, tenant, model, false),
        ),
      ),
    ).flat(),
  };
}
