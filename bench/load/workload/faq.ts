/** faq: a shop's customers. Few topics, asked by many in many words; popularity of topics and of wordings by Zipf. */
import type { Ask, Shape, Workload } from './ask.ts';
import { random } from './random.ts';
import { MANNERS, TOPICS, typed, wordingsOf } from './topics.ts';
import { zipf } from './zipf.ts';

/** A sentence: customers want to know, not to read. */
const MAX_TOKENS = 24;
/** People type plainly more often than not; the rest is spread over the other manners. */
const MANNER_EXPONENT = 1.3;
const WORDING_EXPONENT = 1;

/** What makes each tenant's shop another: the answers of one are wrong for the other. */
const SHOPS = ['Lantern', 'Copper', 'Orchard', 'Harbour', 'Juniper', 'Meadow', 'Quarry', 'Willow'];

export function systemOf(tenant: number): string {
  return `You help customers of the shop ${SHOPS[tenant % SHOPS.length]}${tenant < SHOPS.length ? '' : ` ${tenant}`}. Be brief.`;
}

export function faq(shape: Shape): Workload {
  const order = random(`${shape.seed} popularity`).shuffled(TOPICS);
  const topicRank = zipf(order.length, shape.exponent);
  const mannerRank = zipf(MANNERS, MANNER_EXPONENT);
  const wordings = order.map((topic) => ({
    topic,
    texts: wordingsOf(topic),
    rank: zipf(wordingsOf(topic).length, WORDING_EXPONENT),
  }));

  const ask = (topic: string, text: string, tenant: number, model: string, stream: boolean): Ask => ({
    model,
    tenant,
    messages: [
      { role: 'system', content: systemOf(tenant) },
      { role: 'user', content: text },
    ],
    stream,
    maxTokens: MAX_TOKENS,
    truth: `faq ${tenant} ${model} ${topic}`,
  });

  return {
    name: 'faq',
    about: `${TOPICS.length} answers asked in ${TOPICS.reduce((sum, topic) => sum + wordingsOf(topic).length, 0) * MANNERS} different ways`,
    person(index) {
      const chance = random(`${shape.seed} faq ${index}`);
      return {
        next() {
          const entry = wordings[topicRank(chance)] as (typeof wordings)[number];
          const text = typed(entry.texts[entry.rank(chance)] as string, mannerRank(chance));
          const model = shape.models[chance.below(shape.models.length)] as string;
          return ask(entry.topic.id, text, index % shape.tenants, model, chance.next() < shape.streaming);
        },
      };
    },
    known: Array.from({ length: shape.tenants }, (_, tenant) =>
      shape.models.flatMap((model) =>
        wordings.map(({ topic, texts }) => ask(topic.id, texts[0] as string, tenant, model, false)),
      ),
    ).flat(),
  };
}
