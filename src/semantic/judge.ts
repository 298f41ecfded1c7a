/** Judge: a model of the origin says whether two answers agree, where plain comparison cannot tell. Never on a request's way. */
import { ollamaChat } from '../dialects/ollama-chat.ts';
import { isObject } from '../exchange/json.ts';
import type { AskOrigin } from '../origin/client.ts';
import type { Agreement, Answers } from './agreement.ts';

const PATIENCE_MS = 25_000;
/** Longer answers are cut: what they say first is what they say. */
const MOST = 4_000;

/** Never rejects: a judge that fails, or says neither, is unsure. */
export async function askJudge(answers: Answers, model: string, origin: AskOrigin): Promise<Agreement> {
  const body = {
    model,
    stream: false,
    options: { temperature: 0, num_predict: 4 },
    messages: [
      {
        role: 'system',
        content:
          'You compare two answers to one question. Say YES if a person who asked it would learn the same from both, although they are worded differently or one says more. Say NO if they contradict each other, or one of them answers another question. Say only YES or NO.',
      },
      {
        role: 'user',
        content: `Question: ${answers.question}\n\nFirst answer: ${answers.served.slice(0, MOST)}\n\nSecond answer: ${answers.fresh.slice(0, MOST)}\n\nDo both answer the question, and say the same? YES or NO`,
      },
    ],
  };
  try {
    const response = await origin(
      {
        method: 'POST',
        path: ollamaChat.path,
        body,
        priority: 'warm',
        tenant: '',
        namespace: '',
        ttl: 0,
        lookup: false,
      },
      AbortSignal.timeout(PATIENCE_MS),
    );
    const answer: unknown = response.ok ? await response.json() : undefined;
    const said = isObject(answer) && isObject(answer.message) ? answer.message.content : undefined;
    const [, word] = typeof said === 'string' ? (/^\W*(yes|no)\b/i.exec(said) ?? []) : [];
    if (word === undefined) return 'unsure';
    return word.toLowerCase() === 'yes' ? 'same' : 'different';
  } catch {
    return 'unsure';
  }
}
