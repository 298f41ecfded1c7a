/** Answers to one question, written for this project: question, the one that was served, a fresh one. */
type Example = readonly [question: string, served: string, fresh: string];

/** They say the same in other words. */
export const AGREE: readonly Example[] = [
  ['What is the capital of France?', 'Paris', 'The capital of France is Paris.'],
  ['What is the capital of France?', 'Paris.', 'paris'],
  ['How much is 2 + 2?', '4', 'The result is four.'],
  ['Is water wet?', 'Yes, water is wet.', 'Yes. It makes other things wet, and it clings to itself.'],
  ['Can I bring my dog?', 'No, pets stay outside.', 'No. Only guide dogs may come in.'],
  ['Who wrote Hamlet?', 'Hamlet was written by William Shakespeare.', 'William Shakespeare wrote it around 1600.'],
  ['When did the war end?', 'It ended in 1945.', 'The war ended in 1945, in September.'],
  [
    'How do I reset my password?',
    'Open the sign-in page, choose "Forgot password", and follow the link in the mail.',
    'Go to the sign-in page, click "Forgot password" and follow the link that is mailed to you.',
  ],
  [
    'Why is the sky blue?',
    'The sky is blue because air scatters short waves of sunlight far more than long ones. This is called Rayleigh scattering. Blue light reaches the eye from every direction.',
    'Sunlight is scattered by the molecules of the air, and short blue waves are scattered more than long red ones. Rayleigh scattering is why blue light comes to our eyes from all directions.',
  ],
  [
    'What does a mutex do?',
    'A mutex is a lock that lets only one thread at a time enter a critical section. A thread that finds the lock taken waits until the other thread releases it, which prevents race conditions on shared data.',
    'A mutex protects shared data: one thread takes the lock, enters the critical section, and releases the lock when it leaves. Other threads wait for the release, so that there are no race conditions.',
  ],
  [
    'How do I boil an egg?',
    'Put the egg into boiling water. After seven minutes the yolk is soft, after ten minutes it is hard. Cool the egg in cold water and peel it.',
    'Boil water, lower the egg in and wait: seven minutes for a soft yolk, ten minutes for a hard one. Then cool it in cold water before you peel it.',
  ],
  ['How far is the moon?', 'The moon is about 384,400 kilometres away.', 'About 384400 kilometres on average.'],
];

/** One of them is no answer to the question. */
export const DISAGREE: readonly Example[] = [
  ['What is the capital of France?', 'Berlin', 'Paris'],
  ['What is the capital of France?', 'The capital of Germany is Berlin.', 'The capital of France is Paris.'],
  ['How much is 2 + 2?', '5', '4'],
  ['How much is 2 + 2?', 'five', 'The result is 4.'],
  ['Is it safe to swim here?', 'Yes, it is safe.', 'No. There are strong currents.'],
  ['Can I get a refund?', 'No.', 'Yes, within 30 days.'],
  ['When was the tower built?', 'It was built in 1889.', 'It was built in 1931.'],
  ['Is the shop open on Sunday?', 'The shop is open on Sunday.', 'The shop is closed on Sunday.'],
  ['How many legs does a spider have?', 'A spider has 6 legs.', 'A spider has 8 legs.'],
  ['Who wrote Hamlet?', 'Christopher Marlowe', 'William Shakespeare'],
  [
    'How do I delete my account?',
    'Preheat the oven to 180 degrees, whisk three eggs with sugar, fold in the flour, and bake the dough for forty minutes until a toothpick comes out dry.',
    'Open the settings, choose "Privacy", scroll to the bottom and confirm with your password. Your profile and all messages are erased after thirty days.',
  ],
  [
    'What is a monad?',
    'The tallest mountain on earth rises in the Himalayas on the border between Nepal and Tibet. Climbers need several weeks to adapt to the thin air before they try the summit.',
    'In functional programming it wraps a computation and chains one step to the next, so that effects such as state or errors are passed along without being written out every time.',
  ],
];

/** It takes a person, or a model, to tell: nothing is better than a guess. */
export const UNCLEAR: readonly Example[] = [
  ['How fast is light?', 'It travels at 299,792,458 metres per second.', 'About 300,000 kilometres each second.'],
  [
    'Which database should I use?',
    'For most applications PostgreSQL is a good choice: it is reliable, has transactions, indexes and JSON, and there is a large community around it.',
    'MongoDB fits well when documents change their shape often; it scales out over several machines and developers like how quickly they get started with it.',
  ],
];
