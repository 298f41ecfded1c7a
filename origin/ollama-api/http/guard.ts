/** Who may ask: a local Host when bound to loopback, and pages of local origins. */
import type { IncomingMessage, ServerResponse } from 'node:http';

const LOCAL_HOST = /^(?:localhost|.*\.(?:localhost|local|internal)|\d+(?:\.\d+){3}|\[[0-9a-f:.]+\])(?::\d+)?$/i;
const LOCAL_ORIGIN =
  /^(?:https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::\d+)?|(?:app|file|tauri|vscode-webview|vscode-file):\/\/.*)$/i;
const HEADERS =
  'Authorization,Content-Type,User-Agent,Accept,X-Requested-With,Openai-Beta,X-Stainless-Arch,X-Stainless-Async,X-Stainless-Custom-Poll-Interval,X-Stainless-Helper-Method,X-Stainless-Lang,X-Stainless-Os,X-Stainless-Package-Version,X-Stainless-Poll-Helper,X-Stainless-Retry-Count,X-Stainless-Runtime,X-Stainless-Runtime-Version,X-Stainless-Timeout';

/** Answers what it refuses, and preflights. @returns whether it has answered */
export function guarded(request: IncomingMessage, response: ServerResponse, loopback: boolean): boolean {
  const { host = '', origin } = request.headers;
  const refuse = () => {
    response.writeHead(403, { 'content-length': '0' }).end();
    return true;
  };
  if (loopback && !LOCAL_HOST.test(host)) return refuse();
  if (origin === undefined) return false;
  if (!LOCAL_ORIGIN.test(origin)) return refuse();
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('vary', 'Origin');
  if (request.method !== 'OPTIONS') return false;
  response.writeHead(204, {
    'access-control-allow-headers': HEADERS,
    'access-control-allow-methods': 'GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS',
    'access-control-max-age': '43200',
    allow: 'POST',
    vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
  });
  response.end();
  return true;
}
