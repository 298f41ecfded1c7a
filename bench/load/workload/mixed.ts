/** mixed: most people have a customer's question, some converse, and now and then one asks what nobody will ever ask again. */
import type { Ask, Shape, Workload } from './ask.ts';
import { chat } from './chat.ts';
import { faq } from './faq.ts';
import { random } from './random.ts';

/** Shares of the people who converse, and of the requests that are new to the world. */
const CONVERSING = 0.2;
const NEW = 0.02;
const MAX_TOKENS = 48;

export function mixed(shape: Shape): Workload {
  const customers = faq(shape);
  const conversations = chat(shape);
  return {
    name: 'mixed',
    about: `${CONVERSING * 100} % of the people converse, the others ask as in faq; ${NEW * 100} % of the requests are new to the world`,
    person(index) {
      const chance = random(`${shape.seed} mixed ${index}`);
      const usual = (chance.next() < CONVERSING ? conversations : customers).person(index);
      let asked = 0;
      let digressed = false;
      return {
        next(reply) {
          asked += 1;
          // What was answered beside the conversation does not belong to it.
          const said = digressed ? undefined : reply;
          digressed = chance.next() < NEW;
          if (!digressed) return usual.next(said);
          return unheardOf(`${shape.seed} ${index} ${asked}`, index % shape.tenants, shape);
        },
      };
    },
    known: [...customers.known, ...conversations.known],
  };
}

/** A question that is asked once. */
export function unheardOf(name: string, tenant: number, { models, streaming, seed }: Shape): Ask {
  const chance = random(`${seed} new ${name}`);
  const number = 100_000 + chance.below(900_000);
  return {
    model: models[chance.below(models.length)] as string,
    tenant,
    messages: [{ role: 'user', content: `My order number is ${number}-${name.replaceAll(' ', '-')}. What is in it?` }],
    stream: chance.next() < streaming,
    maxTokens: MAX_TOKENS,
    truth: `new ${name}`,
  };
}
