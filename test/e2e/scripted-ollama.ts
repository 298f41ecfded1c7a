/** A scripted Ollama: answers `/api/chat` by a function of the last turn, so that a test decides what is right. Not the simulated one. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ScriptedOllama {
  readonly url: string;
  /** Prompts that were generated, in order. */
  readonly asked: readonly string[];
  /** What it says to a question. */
  answer: (question: string) => string;
  /** What it says that it took, ns; it takes no time at all. */
  timing: { readonly total: number; readonly load: number; readonly prompt: number; readonly eval: number };
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

interface ChatBody {
  readonly messages?: readonly { readonly role: string; readonly content: string }[];
}

export async function startScriptedOllama(answer: (question: string) => string): Promise<ScriptedOllama> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    response.setHeader('content-type', 'application/json');
    if (request.url === '/api/version') response.end('{"version":"0.24.0"}');
    else if (request.url === '/api/tags' || request.url === '/api/ps')
      response.end(JSON.stringify({ models: [MODEL] }));
    else {
      const { messages = [] } = (body === '' ? {} : JSON.parse(body)) as ChatBody;
      const question = messages.findLast(({ role }) => role === 'user')?.content;
      if (question !== undefined) response.setHeader('content-type', 'application/x-ndjson');
      response.end(`${JSON.stringify(question === undefined ? ending('load', '') : said(question))}\n`);
    }
  });

  function said(question: string): object {
    asked.push(question);
    return ending('stop', scripted.answer(question));
  }

  function ending(reason: string, content: string): object {
    const { total, load, prompt, eval: evaluation } = scripted.timing;
    return {
      model: 'tinyllama',
      created_at: new Date().toISOString(),
      message: { role: 'assistant', content },
      done: true,
      done_reason: reason,
      total_duration: total,
      load_duration: load,
      prompt_eval_count: 1,
      prompt_eval_duration: prompt,
      eval_count: 1,
      eval_duration: evaluation,
    };
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const scripted: ScriptedOllama = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    answer,
    timing: { total: 4, load: 1, prompt: 1, eval: 1 },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return scripted;
}
