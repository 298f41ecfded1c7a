/** The judge: a model that is asked whether two answers agree, and what is made of its words. */
import { describe, expect, it } from 'vitest';
import type { AskOrigin, OriginRequest } from '../../src/origin/client.ts';
import { askJudge } from '../../src/semantic/judge.ts';

const ANSWERS = { question: 'Is it open on Sunday?', served: 'From nine to five.', fresh: 'Closed at weekends.' };

function judgedBy(reply: (request: OriginRequest) => Response | Promise<Response>) {
  const requests: OriginRequest[] = [];
  const origin: AskOrigin = async (request) => {
    requests.push(request);
    return reply(request);
  };
  return { verdict: askJudge(ANSWERS, 'judge-model', origin), requests };
}
const says = (content: unknown) => () => Response.json({ message: { role: 'assistant', content } });

describe('the judge', () => {
  it.each([
    ['YES', 'same'],
    [' yes, they do.', 'same'],
    ['**No**', 'different'],
    ['NO.', 'different'],
    ['Perhaps', 'unsure'],
    ['Nobody knows', 'unsure'],
    ['', 'unsure'],
    [7, 'unsure'],
  ])('that says %j means %s', async (content, verdict) => {
    expect(await judgedBy(says(content)).verdict).toBe(verdict);
  });

  it('is shown the question and both answers, gives way to everyone, and nothing of it is kept', async () => {
    const { verdict, requests } = judgedBy(says('YES'));
    await verdict;
    expect(requests).toEqual([expect.objectContaining({ path: '/api/chat', priority: 'warm', ttl: 0, lookup: false })]);
    const asked = JSON.stringify(requests[0]?.body);
    for (const part of ['judge-model', ...Object.values(ANSWERS)]) expect(asked).toContain(part);
  });

  it.each([
    ['refuses', async () => new Response('{"error":"busy"}', { status: 503 })],
    ['makes no sense', async () => new Response('<html>')],
    ['cannot be reached', () => Promise.reject(new Error('gone'))],
  ])('that %s is unsure', async (_, reply) => {
    expect(await judgedBy(reply).verdict).toBe('unsure');
  });
});
