/** A scripted Ollama: answers `/api/chat` by a function of the last turn, so that a test decides what is right. Not the simulated one. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ScriptedOllama {
  readonly url: string;
  /** Prompts that were generated, in order. */
  readonly asked: readonly string[];
  answer: (question: string) => string;
  close(): Promise<void>;
}

const DETAILS = {
  family: 'llama',
  families: ['llama'],
  format: 'gguf',
  parameter_size: '1B',
  quantization_level: 'Q4_0',
};
const MODEL = {
  name: 'tinyllama:latest',
  model: 'tinyllama:latest',
  digest: 'd1'.repeat(32),
  size: 1,
  details: DETAILS,
};

export async function startScriptedOllama(answer: (question: string) => string): Promise<ScriptedOllama> {
  const asked: string[] = [];
  const scripted = { answer };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    response.setHeader('content-type', 'application/json');
    if (request.url === '/api/version') return void response.end('{"version":"0.24.0"}');
    if (request.url === '/api/tags' || request.url === '/api/ps')
      return void response.end(JSON.stringify({ models: [MODEL] }));
    const { messages = [] } = (body === '' ? {} : JSON.parse(body)) as {
      messages?: { role: string; content: string }[];
    };
    const question = messages.findLast(({ role }) => role === 'user')?.content;
    const done = {
      model: 'tinyllama',
      created_at: new Date().toISOString(),
      done: true,
      total_duration: 1,
      load_duration: 1,
    };
    const counts = { prompt_eval_count: 1, prompt_eval_duration: 1, eval_count: 1, eval_duration: 1 };
    const message = (content: string) => ({ role: 'assistant', content });
    if (question === undefined)
      return void response.end(JSON.stringify({ ...done, done_reason: 'load', message: message('') }));
    asked.push(question);
    response.setHeader('content-type', 'application/x-ndjson');
    const whole = { ...done, ...counts, done_reason: 'stop', message: message(scripted.answer(question)) };
    response.end(`${JSON.stringify(whole)}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    get answer() {
      return scripted.answer;
    },
    set answer(next) {
      scripted.answer = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
