/** Who holds the page's session, and who only looks like it. */
import { describe, expect, it } from 'vitest';
import { closeSession, isOperatorsPage, openSession, sessionHolds } from '../../src/dashboard/session.ts';

const KEY = 'the admin key of this test';
const NOW = Date.UTC(2026, 10, 25);
const HOUR = 3_600_000;
const home = new URL('https://cache.example.com/dashboard');

const pairOf = (setCookie: string) => setCookie.split(';', 1)[0] as string;
const session = async (url = home) => pairOf(await openSession(url, KEY, NOW));

function request(cookie: string, headers: Record<string, string> = {}, method = 'GET', url = home): Request {
  // Node's Request keeps what a browser would not let a page set.
  return new Request(url, { method, headers: { cookie, ...headers } });
}

const holds = (asked: Request, key: string | undefined = KEY, now = NOW + HOUR) => sessionHolds(asked, key, now);

describe('a session', () => {
  it('holds for twelve hours', async () => {
    const asked = request(await session());
    expect(await holds(asked)).toBe(true);
    expect(await holds(asked, KEY, NOW + 12 * HOUR + 1)).toBe(false);
  });

  it('holds beside other cookies, and over plain HTTP on this machine', async () => {
    expect(await holds(request(`theme=dark; ${await session()}; a=b=c`))).toBe(true);
    const local = new URL('http://localhost:8787/dashboard');
    expect(await holds(request(await session(local), {}, 'GET', local))).toBe(true);
  });

  it('is kept from scripts, other sites and other hosts', async () => {
    const cookie = await openSession(home, KEY, NOW);
    expect(cookie).toMatch(
      /^__Host-edge_session=\d+\.[0-9a-f]{64}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/,
    );
    expect(closeSession(home)).toMatch(/^__Host-edge_session=; Path=\/; Max-Age=0;/);
  });

  it('ends with the key that signed it', async () => {
    const asked = request(await session());
    expect(await holds(asked, 'another admin key')).toBe(false);
    expect(await sessionHolds(asked, undefined, NOW)).toBe(false);
  });

  it('cannot be prolonged or made up', async () => {
    const [name = '', value = ''] = (await session()).split('=');
    const [until = '', signature = ''] = value.split('.');
    for (const forged of [
      `${Number(until) + HOUR}.${signature}`,
      `${until}.${signature.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))}`,
      `${until}.`,
      until,
      `NaN.${signature}`,
      `Infinity.${signature}`,
      '.',
    ])
      expect(await holds(request(`${name}=${forged}`)), forged).toBe(false);
  });

  it('is not another site’s to use', async () => {
    const cookie = await session();
    expect(await holds(request(cookie, { origin: 'https://evil.example' }, 'POST'))).toBe(false);
    expect(await holds(request(cookie, { origin: 'https://other.example.com' }, 'POST'))).toBe(false);
    expect(await holds(request(cookie, {}, 'POST'))).toBe(false);
    expect(await holds(request(cookie, { origin: home.origin }, 'POST'))).toBe(true);
    expect(await holds(request(cookie, { 'sec-fetch-site': 'same-site' }))).toBe(false);
    expect(await holds(request(cookie, { 'sec-fetch-site': 'cross-site' }))).toBe(false);
    expect(await holds(request(cookie, { 'sec-fetch-site': 'same-origin' }))).toBe(true);
  });

  it('opens a WebSocket for its own page only', async () => {
    const cookie = await session();
    const upgrade = { upgrade: 'websocket' };
    expect(await holds(request(cookie, upgrade))).toBe(false);
    expect(await holds(request(cookie, { ...upgrade, origin: 'https://evil.example' }))).toBe(false);
    expect(await holds(request(cookie, { ...upgrade, origin: home.origin }))).toBe(true);
  });
});

describe('the operator’s page', () => {
  const isPage = (asked: Request, origin: string) => isOperatorsPage(asked, origin, KEY, NOW + HOUR);

  it('is of this origin, and logged in or logging in', async () => {
    const from = { origin: home.origin };
    expect(await isPage(request(await session(), from, 'POST'), home.origin)).toBe(true);
    const opening = new URL('/dashboard/session', home);
    expect(await isPage(request('', from, 'POST', opening), home.origin)).toBe(true);
  });

  it('is no page that gives this machine a name of its own', async () => {
    const rebound = new URL('http://evil.example:8787/api/chat');
    expect(await isPage(request('', { origin: rebound.origin }, 'POST', rebound), rebound.origin)).toBe(false);
  });

  it('is no page of another origin, whatever it sends along', async () => {
    const origin = 'https://evil.example';
    expect(await isPage(request(await session(), { origin }, 'POST'), origin)).toBe(false);
    const opening = new URL('/dashboard/session', home);
    expect(await isPage(request('', { origin }, 'POST', opening), origin)).toBe(false);
  });
});
