/** Plain requests for end-to-end tests. */

export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly cache: string | null;
}

let counter = 0;
/** Never asked before in this run. */
export const freshQuestion = (): string => `question ${Date.now().toString(36)}-${++counter}: what does an edge keep?`;

export async function post(
  url: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Asked> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, cache: response.headers.get('x-cache') };
}

export const chatBody = (content: string, more: object = {}) => ({
  model: 'tinyllama',
  messages: [{ role: 'user', content }],
  stream: false,
  ...more,
});

/** The words of an `/api/chat` answer, streamed or not. */
export function wordsOf(text: string): string {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { message?: { content?: string } }).message?.content ?? '')
    .join('');
}
