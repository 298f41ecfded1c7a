/**
 * What the customers of a shop want to know: each topic has one answer. Many have a twin that reads almost the same and must
 * not share it; they are what a careless cache gets wrong.
 */

/** `how`: something to do, as it follows "how do I". `what`: a thing, as it follows "tell me about". `asked`: in whole sentences. */
export type Topic =
  | { readonly id: string; readonly how: readonly string[] }
  | { readonly id: string; readonly what: readonly string[] }
  | { readonly id: string; readonly asked: readonly string[] };

export const TOPICS: readonly Topic[] = [
  { id: 'password', how: ['reset my password', 'set a new password'] },
  { id: 'pin', how: ['reset my PIN', 'set a new PIN'] },
  { id: 'delivery address', how: ['change my delivery address', 'update my shipping address'] },
  { id: 'billing address', how: ['change my billing address', 'update my billing address'] },
  { id: 'cancel order', how: ['cancel my order', 'cancel an order'] },
  { id: 'cancel membership', how: ['cancel my membership', 'end my membership'] },
  { id: 'return damaged', how: ['return a damaged lamp', 'send back a damaged lamp'] },
  { id: 'return unused', how: ['return an unused lamp', 'send back an unused lamp'] },
  { id: 'track', how: ['track my parcel', 'track my package'] },
  { id: 'pay transfer', how: ['pay by bank transfer'] },
  { id: 'pay card', how: ['pay by credit card'] },
  { id: 'redeem', how: ['redeem a gift card', 'use a gift card'] },
  { id: 'buy gift card', how: ['buy a gift card', 'purchase a gift card'] },
  { id: 'mail on', how: ['turn on delivery mails', 'switch on delivery mails'] },
  { id: 'mail off', how: ['turn off delivery mails', 'switch off delivery mails'] },
  { id: 'add user', how: ['add a user to my account'] },
  { id: 'remove user', how: ['remove a user from my account', 'delete a user from my account'] },
  { id: 'invoice', how: ['download an invoice', 'download my invoice'] },
  { id: 'open account', how: ['create an account', 'open an account'] },
  { id: 'close account', how: ['close my account', 'delete my account'] },
  { id: 'monthly to yearly', how: ['switch from monthly to yearly billing', 'change from monthly to yearly billing'] },
  { id: 'yearly to monthly', how: ['switch from yearly to monthly billing', 'change from yearly to monthly billing'] },
  { id: 'Canada', how: ['order from Canada', 'place an order from Canada'] },
  { id: 'Mexico', how: ['order from Mexico', 'place an order from Mexico'] },
  { id: 'pair lamp', how: ['pair the lamp with my phone', 'connect the lamp to my phone'] },
  { id: 'descale', how: ['descale the kettle'] },
  { id: 'warranty lamp', what: ['the warranty of the lamp', 'the warranty on the lamp'] },
  { id: 'warranty kettle', what: ['the warranty of the kettle', 'the warranty on the kettle'] },
  { id: 'store credit', what: ['store credit'] },
  { id: 'returns', what: ['your return policy', 'the return policy'] },
  { id: 'privacy', what: ['your privacy policy', 'the privacy policy'] },
  {
    id: 'express price',
    asked: [
      'How much does express delivery cost?',
      'What does express delivery cost?',
      'What is the price of express delivery?',
    ],
  },
  {
    id: 'standard price',
    asked: [
      'How much does standard delivery cost?',
      'What does standard delivery cost?',
      'What is the price of standard delivery?',
    ],
  },
  {
    id: 'delivery time',
    asked: ['How long does delivery take?', 'How many days does delivery take?', 'How long do I wait for a delivery?'],
  },
  {
    id: 'hotline opens',
    asked: ['When does the hotline open?', 'What time does the hotline open?', 'From when is the hotline open?'],
  },
  {
    id: 'hotline closes',
    asked: ['When does the hotline close?', 'What time does the hotline close?', 'Until when is the hotline open?'],
  },
  { id: 'dishwasher', asked: ['Is the kettle dishwasher safe?', 'Can I put the kettle in the dishwasher?'] },
  { id: 'waterproof', asked: ['Is the lamp waterproof?', 'Can the lamp get wet?'] },
  {
    id: '2 bulbs',
    asked: [
      'What does a box of 2 bulbs cost?',
      'How much is a box of 2 bulbs?',
      'What is the price of a box of two bulbs?',
    ],
  },
  {
    id: '6 bulbs',
    asked: [
      'What does a box of 6 bulbs cost?',
      'How much is a box of 6 bulbs?',
      'What is the price of a box of six bulbs?',
    ],
  },
];

const HOW: readonly ((to: string) => string)[] = [
  (to) => `How do I ${to}?`,
  (to) => `How can I ${to}?`,
  (to) => `Tell me how to ${to}.`,
  (to) => `What do I have to do to ${to}?`,
  (to) => `Any idea how to ${to}?`,
  (to) => `What is the easiest way to ${to}?`,
  (to) => `I would like to ${to}. How does that work?`,
  (to) => `Which steps do I follow to ${to}?`,
  (to) => `Please show me how to ${to}.`,
  (to) => `I need to ${to}, how do I do that?`,
];

const WHAT: readonly ((thing: string) => string)[] = [
  (thing) => `What is ${thing}?`,
  (thing) => `Tell me about ${thing}.`,
  (thing) => `Please explain ${thing}.`,
  (thing) => `What's ${thing}?`,
  (thing) => `I would like to know about ${thing}.`,
];

/** Every way to ask for a topic, the plainest first. */
export function wordingsOf(topic: Topic): readonly string[] {
  if ('asked' in topic) return topic.asked;
  if ('how' in topic) return HOW.flatMap((say) => topic.how.map(say));
  return WHAT.flatMap((say) => topic.what.map(say));
}

const TYPED: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toLowerCase(),
  (text) => text.replace(/[.?]$/, ''),
  (text) => `Hello! ${text}`,
  (text) => `${text} Thank you.`,
  (text) => `Good morning, ${text.charAt(0).toLowerCase()}${text.slice(1)}`.replace(/, i /, ', I '),
  (text) => text.toLowerCase().replace(/[.?]$/, ''),
];

/** A wording as this or that person types it: plainly, in lower case, without its mark, with a greeting or thanks. */
export function typed(text: string, manner: number): string {
  return (TYPED[manner] ?? TYPED[0])?.(text) ?? text;
}

export const MANNERS = TYPED.length;
