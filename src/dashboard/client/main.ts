/** The page at `/dashboard`: log in, watch, purge. It talks to the operator's routes of the Worker that served it, and to nothing else. */
import type { Recent } from '../../statistics/recent.ts';
import type { LiveMessage } from '../../statistics/ticker.ts';
import { type SemanticState, showBound } from './bound.ts';
import { byId, text } from './dom.ts';
import { showFigures } from './figures.ts';
import { type PoolsReport, showOrigin } from './origin.ts';
import { createPlots, type Plots } from './plots.ts';
import { purgeForm } from './purge.ts';
import { showRecent } from './requests.ts';
import { createState, SPANS, type Span } from './state.ts';
import { showTables } from './tables.ts';
import { warmForm } from './warm.ts';

const SESSION = '/dashboard/session';
const POOLS_EVERY_MS = 2_000;
const BOUND_EVERY_MS = 15_000;
const DRAW_EVERY_MS = 1_000;
/** The last of it is repeated. */
const RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000];

const state = createState();
let span: Span = 'minute';
let paused = false;
let plots: Plots | undefined;

function status(kind: 'connecting' | 'live' | 'lost', words: string): void {
  const element = byId('status');
  element.dataset.state = kind;
  if (element.textContent !== words) element.textContent = words;
}

function draw(): void {
  const { report } = state;
  const window = state.within(span);
  if (paused || document.hidden || report === undefined || window === undefined) return;
  const points = state.steps(span, Date.now());
  const counting = (Date.parse(report.at) - Date.parse(report.since)) / 1_000;
  const seconds = span === 'all' ? counting : Math.min(SPANS[span].length, counting);
  showFigures(window, window.requests / Math.max(1, seconds));
  showTables(window, report);
  showRecent(state.recent, reportWrong);
  plots?.draw(points, span);
}

async function reportWrong({ receipt }: Recent): Promise<string> {
  const response = await fetch('/dashboard/report', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ receipt }),
  }).catch(() => undefined);
  return response?.ok ? 'Reported' : 'Not taken; later again';
}

function watch(attempt = 0): void {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/cache/live`);
  let opened = false;
  socket.addEventListener('message', ({ data }) => {
    opened = true;
    state.take(JSON.parse(String(data)) as LiveMessage);
    status('live', 'Live');
    draw();
  });
  socket.addEventListener('close', async () => {
    if (byId('app').hidden) return;
    status('lost', 'Connection lost; trying again …');
    if (!opened && (await sessionStatus()) === 401) {
      showLogin();
      return;
    }
    const pause = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)];
    setTimeout(() => watch(opened ? 0 : attempt + 1), pause);
  });
}

async function askPools(): Promise<void> {
  if (!document.hidden && !paused && !byId('app').hidden) {
    const response = await fetch('/api/pool/stats').catch(() => undefined);
    showOrigin(response?.ok ? ((await response.json().catch(() => undefined)) as PoolsReport | undefined) : undefined);
  }
  setTimeout(() => void askPools(), POOLS_EVERY_MS);
}

async function askBound(): Promise<void> {
  if (!document.hidden && !paused && !byId('app').hidden) {
    const response = await fetch('/api/cache/stats').catch(() => undefined);
    const told = (await response?.json().catch(() => undefined)) as { readonly semantic?: SemanticState } | undefined;
    showBound(told?.semantic);
  }
  setTimeout(() => void askBound(), BOUND_EVERY_MS);
}

async function sessionStatus(): Promise<number> {
  return (await fetch(SESSION).catch(() => undefined))?.status ?? 0;
}

function showLogin(problem = ''): void {
  byId('app').hidden = true;
  byId('login').hidden = false;
  text('login-problem', problem);
  byId('key').focus();
}

let started = false;
function showApp(): void {
  byId('login').hidden = true;
  byId('app').hidden = false;
  plots ??= createPlots();
  if (!started) {
    started = true;
    setInterval(draw, DRAW_EVERY_MS);
    void askPools();
    void askBound();
  }
  watch();
}

byId('login-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const input = byId<HTMLInputElement>('key');
  const response = await fetch(SESSION, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key: input.value }),
  }).catch(() => undefined);
  input.value = '';
  if (response?.ok) {
    showApp();
    byId('main').focus({ preventScroll: true });
    return;
  }
  const words: Readonly<Record<number, string>> = {
    401: 'This is not the key.',
    403: 'The operator’s routes are off: ADMIN_KEY is not set on this Worker.',
    429: 'Too many tries. Wait a moment.',
  };
  showLogin(words[response?.status ?? 0] ?? 'The Worker cannot be reached.');
});

byId('logout').addEventListener('click', async () => {
  await fetch(SESSION, { method: 'DELETE' }).catch(() => undefined);
  location.reload();
});

for (const input of document.querySelectorAll<HTMLInputElement>('input[name="window"]'))
  input.addEventListener('change', () => {
    span = input.value as Span;
    draw();
  });

byId('pause').addEventListener('click', () => {
  paused = !paused;
  byId('pause').setAttribute('aria-pressed', String(paused));
  draw();
});

const THEMES = ['auto', 'light', 'dark'] as const;
const dark = matchMedia('(prefers-color-scheme: dark)');
let theme = THEMES.find((each) => each === localStorage.getItem('theme')) ?? 'auto';

function applyTheme(): void {
  document.documentElement.dataset.theme = theme === 'auto' ? (dark.matches ? 'dark' : 'light') : theme;
  text('theme', `Theme: ${theme}`);
  plots?.recolour();
}
byId('theme').addEventListener('click', () => {
  theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
  localStorage.setItem('theme', theme);
  applyTheme();
});
dark.addEventListener('change', applyTheme);

applyTheme();
purgeForm();
warmForm();
const session = await sessionStatus();
if (session === 204) showApp();
else showLogin(session === 403 ? 'The operator’s routes are off: ADMIN_KEY is not set on this Worker.' : '');
