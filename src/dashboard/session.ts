/**
 * The session of the page: a cookie that holds when it ends and a signature by ADMIN_KEY, so that nothing has to be kept and a new
 * key ends every session. Script cannot read it (HttpOnly), other sites cannot use it (SameSite, and the checks of `sessionHolds`).
 */

import { hexOf } from '../exchange/key.ts';
import { equalInConstantTime } from '../operate/auth.ts';

export const SESSION_PATH = '/dashboard/session';

const NAME = 'edge_session';
const LIFETIME_MS = 12 * 3_600_000;
const encoder = new TextEncoder();

/** `Set-Cookie` for a new session. */
export async function openSession(url: URL, adminKey: string, now: number): Promise<string> {
  const until = now + LIFETIME_MS;
  return cookie(url, `${until}.${await signature(until, adminKey)}`, LIFETIME_MS / 1_000);
}

/** `Set-Cookie` that ends it in this browser. */
export function closeSession(url: URL): string {
  return cookie(url, '', 0);
}

/**
 * Whether a request comes from the page and its session is valid. What changes something, or opens a WebSocket, must say that it
 * comes from this very origin; browsers let no page forge that.
 */
export async function sessionHolds(request: Request, adminKey: string | undefined, now: number): Promise<boolean> {
  const { headers, method } = request;
  const url = new URL(request.url);
  const given = valueIn(headers.get('cookie') ?? '', nameFor(url));
  if (adminKey === undefined || given === undefined) return false;
  const site = headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') return false;
  const origin = headers.get('origin');
  const harmless = method === 'GET' && !headers.has('upgrade');
  if (origin === null ? !harmless : origin !== url.origin) return false;
  const [until = '', signed = ''] = given.split('.');
  const end = Number(until);
  return end > now && end <= now + LIFETIME_MS && equalInConstantTime(signed, await signature(end, adminKey));
}

/**
 * Whether a request comes from the page that this Worker served: from its own origin, with a session or to open one. Its origin
 * alone would not do: a page of others that gives this machine a name of its own has it too, but no session.
 * @param origin what the request says of where it comes from
 */
export async function isOperatorsPage(
  request: Request,
  origin: string,
  adminKey: string | undefined,
  now: number,
): Promise<boolean> {
  const url = new URL(request.url);
  if (origin !== url.origin) return false;
  return url.pathname === SESSION_PATH || (await sessionHolds(request, adminKey, now));
}

/** The `__Host-` prefix keeps other hosts of the domain from setting it; browsers take it over HTTPS only. */
function nameFor(url: URL): string {
  return url.protocol === 'https:' ? `__Host-${NAME}` : NAME;
}

function cookie(url: URL, value: string, seconds: number): string {
  const secure = url.protocol === 'https:' ? '; Secure' : '';
  return `${nameFor(url)}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}

function valueIn(cookies: string, name: string): string | undefined {
  for (const each of cookies.split(';')) {
    const [key, value] = each.trim().split('=', 2);
    if (key === name && value) return value;
  }
  return undefined;
}

async function signature(until: number, adminKey: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(adminKey), algorithm, false, ['sign']);
  return hexOf(new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(`dashboard session ${until}`))));
}
