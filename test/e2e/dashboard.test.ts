/** The page at /dashboard in a real Chromium, while requests run. */
import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pair, startPair } from '../../scripts/lib/pair.ts';
import { FAST } from '../simulated-ollama/fast.ts';
import { chatBody, freshQuestion, post } from './ask.ts';

const CHROMIUM = '/usr/bin/chromium';
const installed = existsSync(CHROMIUM);
if (!installed) console.warn(`${CHROMIUM} is not there (apt-get install chromium): the page is not tested`);

const ALONE = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
const QUIET = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];

describe.skipIf(!installed)('the page', () => {
  let pair: Pair;
  let browser: Browser;
  const problems: string[] = [];
  const elsewhere: string[] = [];

  beforeAll(async () => {
    pair = await startPair({ vars: { STATS_PROMPTS: 'true' }, ollama: FAST });
    browser = await chromium.launch({ executablePath: CHROMIUM, args: [...ALONE, ...QUIET] });
  });
  afterAll(async () => {
    await browser?.close();
    await pair?.close();
  });

  async function open(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1_400, height: 900 }, ...options });
    const page = await context.newPage();
    page.on('pageerror', ({ message }) => problems.push(message));
    page.on('console', (message) => {
      // The 401 of a visitor who is not logged in yet is no problem, but the browser tells of it.
      if (message.type() === 'error' && !message.text().includes('401')) problems.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(pair.url) && !request.url().startsWith('data:')) elsewhere.push(request.url());
    });
    await page.goto(`${pair.url}/dashboard`);
    await page.waitForSelector('#login-form:visible');
    return page;
  }

  async function enter(page: Page, key = pair.edgeVars.ADMIN_KEY ?? ''): Promise<void> {
    await page.fill('#key', key);
    await page.keyboard.press('Enter');
  }

  const number = async (page: Page, selector: string) =>
    Number((await page.textContent(selector))?.replaceAll(',', ''));
  const total = (page: Page) => number(page, '#rate-parts div:first-child dd');

  it('lets in who has the key, by a cookie that scripts cannot read', async () => {
    const page = await open();
    await enter(page, 'not the key of this Worker');
    await expect.poll(() => page.textContent('#login-problem')).toBe('This is not the key.');
    expect((await page.context().cookies()).length).toBe(0);
    await enter(page);
    await page.waitForSelector('#status[data-state=live]');
    expect(await page.context().cookies()).toEqual([
      expect.objectContaining({ name: 'edge_session', httpOnly: true, sameSite: 'Strict' }),
    ]);
    expect(await page.evaluate('document.cookie')).toBe('');
    await page.click('#logout');
    await page.waitForSelector('#login-form:visible');
    expect((await page.context().cookies()).length).toBe(0);
    await page.context().close();
  });

  it('shows numbers that change while requests run', async () => {
    const page = await open();
    await enter(page);
    await page.waitForSelector('#status[data-state=live]');
    const before = await total(page);
    const [asked, alike] = ['Why is the sky blue?', 'Tell me why the sky is blue'];
    await post(pair.url, '/api/chat', chatBody(asked));
    for (let times = 0; times < 3; times++) await post(pair.url, '/api/chat', chatBody(asked));
    const semantic = await post(pair.url, '/api/chat', chatBody(alike));
    expect(semantic.cache).toBe('SEMANTIC');
    await expect.poll(() => total(page), { timeout: 15_000 }).toBe(before + 5);
    expect(await number(page, '#hit-rate')).toBe(80);
    expect(await page.getAttribute('#hit-bar', 'aria-label')).toBe(
      'exact 60 %, semantic 20 %, joined 0 %, stale 0 %, miss 20 %',
    );
    expect(await page.locator('#recent tbody tr').count()).toBeGreaterThanOrEqual(5);
    expect(await page.textContent('#recent tbody tr:first-child')).toContain(alike);
    expect(await page.textContent('#tiers')).toContain('memory');
    await expect.poll(() => page.textContent('#lanes'), { timeout: 10_000 }).toContain('up');
    const drawn =
      'document.querySelector("#plot-requests canvas").getContext("2d").getImageData(0, 0, 800, 200).data.some(Boolean)';
    expect(await page.evaluate(drawn)).toBe(true);

    expect(await page.textContent('#alike')).toContain(asked);
    await page.click('#alike button');
    await expect.poll(() => page.textContent('#alike button'), { timeout: 10_000 }).toBe('Reported');
    expect((await post(pair.url, '/api/chat', chatBody(alike))).cache).not.toBe('SEMANTIC');
    await page.context().close();
  });

  it('purges what it asked about once more, and warms', async () => {
    const page = await open();
    await enter(page);
    await page.waitForSelector('#status[data-state=live]');
    const question = freshQuestion();
    await page.fill('#warm-model', 'tinyllama');
    await page.fill('#warm-prompts', `${question}\n\n`);
    await page.click('#warm-form button');
    await expect.poll(() => page.textContent('#warm-result'), { timeout: 20_000 }).toBe('1 of 1: 1 stored');
    expect((await post(pair.url, '/api/chat', chatBody(question))).cache).toBe('HIT');

    await page.fill('#purge-value', 'tinyllama');
    await page.click('#purge-form button');
    await page.click('#confirm button[value=no]');
    expect((await post(pair.url, '/api/chat', chatBody(question))).cache).toBe('HIT');
    await page.click('#purge-form button');
    await page.click('#confirm button[value=yes]');
    await expect.poll(() => page.textContent('#purge-result'), { timeout: 10_000 }).toMatch(/^Purged\. isolate done/);
    expect((await post(pair.url, '/api/chat', chatBody(question))).cache).toBe('MISS');
    await page.context().close();
  });

  it.each([
    ['on a desk, light', { viewport: { width: 1_400, height: 900 }, colorScheme: 'light' }],
    [
      'on a phone, dark',
      { viewport: { width: 360, height: 740 }, colorScheme: 'dark', hasTouch: true, isMobile: true },
    ],
  ] as const)('is readable %s, also for a screen reader', async (_name, options) => {
    const page = await open(options);
    const violations = async () => {
      await page.evaluate(axe.source);
      const found = (await page.evaluate('axe.run()')) as axe.AxeResults;
      return found.violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`,
      );
    };
    expect(await violations()).toEqual([]);
    await enter(page);
    await page.waitForSelector('#status[data-state=live]');
    await expect.poll(() => page.locator('#recent tbody tr').count(), { timeout: 10_000 }).toBeGreaterThan(0);
    expect(await violations()).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0);
    expect(await page.getAttribute('html', 'data-theme')).toBe(options.colorScheme);
    await page.context().close();
  });

  it('is used by keyboard', async () => {
    const page = await open();
    await page.keyboard.type(pair.edgeVars.ADMIN_KEY ?? '');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#status[data-state=live]');
    await page.focus('input[name=window][value=minute]');
    await page.keyboard.press('ArrowRight');
    expect(await page.isChecked('input[name=window][value=hour]')).toBe(true);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    expect(await page.getAttribute('#pause', 'aria-pressed')).toBe('true');
    const paused = await total(page);
    await post(pair.url, '/api/chat', chatBody(freshQuestion()));
    await new Promise((resume) => setTimeout(resume, 2_500));
    expect(await total(page)).toBe(paused);
    await page.keyboard.press('Space');
    await expect.poll(() => total(page), { timeout: 10_000 }).toBeGreaterThan(paused);
    await page.context().close();
  });

  it('says so when the Worker is gone', async () => {
    const page = await open();
    await enter(page);
    await page.waitForSelector('#status[data-state=live]');
    await pair.restartEdge({ STATS_PROMPTS: 'true' });
    await page.waitForSelector('#status[data-state=lost]', { timeout: 10_000 });
    await page.context().close();
  });

  it('runs without an error, asks nobody else, and allows nothing else', async () => {
    const response = await fetch(`${pair.url}/dashboard`);
    const policy = response.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/default-src 'none'; script-src 'nonce-[^']+'; style-src 'nonce-[^']+'/);
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(elsewhere).toEqual([]);
    expect(problems.filter((problem) => !/WebSocket|ERR_CONNECTION|Failed to load resource/.test(problem))).toEqual([]);
  });
});
