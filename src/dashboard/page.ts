/**
 * `GET /dashboard`: the page, one file that fetches nothing from elsewhere. It needs no key, for it tells nothing: its numbers come
 * from the operator's routes, by the session that `POST /dashboard/session` opens for who has ADMIN_KEY.
 */
import page from '../../dist/dashboard.html';
import { parseBody } from '../dialects/fold.ts';
import { ollamaChat } from '../dialects/ollama-chat.ts';
import type { Edge } from '../edge.ts';
import { fault } from '../exchange/fault.ts';
import { readBody } from '../intake.ts';
import { authoriseOperator } from '../operate/auth.ts';
import { faultResponse } from '../respond.ts';
import { closeSession, openSession, sessionHolds } from './session.ts';

const MAX_BYTES = 4_096;

export function dashboardPage(request: Request): Response {
  const nonce = crypto.randomUUID();
  const { host } = new URL(request.url);
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    'img-src data:',
    `connect-src 'self' ws://${host} wss://${host}`,
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return new Response(page.replaceAll('{{nonce}}', nonce), {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy.join('; '),
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-opener-policy': 'same-origin',
    },
  });
}

/** `GET`: whether this browser is logged in (204, else 401); `POST {"key"}`: logs in; `DELETE`: logs out. */
export async function dashboardSession(
  request: Request,
  later: (work: Promise<unknown>) => void,
  edge: Edge,
): Promise<Response> {
  const { ADMIN_KEY } = edge.config;
  const url = new URL(request.url);
  if (request.method === 'DELETE') return answered(closeSession(url));
  if (request.method === 'GET') {
    if (await sessionHolds(request, ADMIN_KEY, Date.now())) return answered();
    return refused((await authoriseOperator(new Headers(), ADMIN_KEY)) ?? fault('unauthorized', 'not logged in'));
  }
  const key = await presentedKey(request);
  const reason = await authoriseOperator(new Headers({ authorization: `Bearer ${key}` }), ADMIN_KEY);
  if (reason === undefined && ADMIN_KEY !== undefined) return answered(await openSession(url, ADMIN_KEY, Date.now()));
  return refused(
    edge.limits?.stranger({ request, later }) ?? reason ?? fault('unauthorized', 'the admin key is needed'),
  );
}

/** As a header can hold it; empty for anything else. */
async function presentedKey(request: Request): Promise<string> {
  const body = await readBody(request, MAX_BYTES, false);
  const parsed = body.ok ? parseBody(body.text) : undefined;
  const key = parsed !== undefined && parsed.kind !== 'fault' ? parsed.body.key : undefined;
  return typeof key === 'string' && /^[\x21-\x7e]+$/.test(key) ? key : '';
}

function answered(cookie?: string): Response {
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  if (cookie !== undefined) headers['set-cookie'] = cookie;
  return new Response(null, { status: 204, headers });
}

function refused(reason: Parameters<typeof faultResponse>[1]): Response {
  return faultResponse(ollamaChat, reason, { 'cache-control': 'no-store' });
}
