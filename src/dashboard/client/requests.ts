/** The last requests, and those of them that were answered by meaning. */
import type { Recent } from '../../statistics/recent.ts';
import { byId, el, fill, table } from './dom.ts';
import { bytes, clock, count, durationText, percent } from './format.ts';
import { OUTCOMES, word } from './outcomes.ts';

const RECENT_SHOWN = 30;
const ALIKE_SHOWN = 5;

export function showRecent(recent: readonly Recent[], report: (request: Recent) => Promise<string>): void {
  const colours = new Map<string, string>(OUTCOMES.map(([outcome, colour]) => [outcome, colour]));
  const rows = recent.slice(0, RECENT_SHOWN);
  const asked = rows.some(({ question }) => question !== undefined);
  table<Recent>(
    'recent',
    [
      { name: 'Time', of: ({ at }) => clock(at) },
      { name: 'Outcome', of: ({ outcome }) => word(outcome, colours.get(outcome) ?? 'bypass'), words: true },
      { name: 'From', of: ({ tier, outcome }) => tier ?? (outcome === 'MISS' ? 'origin' : ''), words: true },
      {
        name: 'Status',
        of: ({ status, fault }) =>
          fault === undefined
            ? String(status)
            : el('span', { class: 'bad' }, `${status} ${fault.replaceAll('_', ' ')}`),
      },
      { name: 'First byte', of: ({ firstByteMs }) => durationText(firstByteMs) },
      { name: 'Whole', of: ({ totalMs }) => durationText(totalMs) },
      { name: 'Tokens', of: ({ tokens }) => count(tokens) },
      { name: 'Size', of: ({ bytes: size }) => bytes(size) },
      { name: 'Model', of: ({ model }) => model, words: true },
      { name: 'Tenant', of: ({ tenant }) => tenant, words: true },
      { name: 'Route', of: ({ route }) => route, words: true },
      ...(asked
        ? [{ name: 'Question', of: ({ question }: Recent) => (question ?? '').slice(0, 80), words: true as const }]
        : []),
    ],
    rows,
    'No request yet. Ask something, and it appears here.',
  );
  showAlike(
    recent.filter(({ outcome }) => outcome === 'SEMANTIC'),
    report,
  );
}

function showAlike(hits: readonly Recent[], report: (request: Recent) => Promise<string>): void {
  byId('alike-section').hidden = hits.length === 0;
  const shown = hits.filter(({ question }) => question !== undefined);
  // The same two questions are shown once, by the first time that they met.
  const pairs = [...new Map(shown.map((hit) => [`${hit.question}\n${hit.matched}`, hit])).values()].slice(
    0,
    ALIKE_SHOWN,
  );
  fill('alike', shown.length === 0 ? hits.length : pairs.map(({ id }) => id), () =>
    shown.length === 0 ? [hiddenNote(hits.length)] : pairs.map((hit) => alikeRow(hit, report)),
  );
}

function hiddenNote(hits: number): HTMLElement {
  const note = `${count(hits)} of the last requests. With STATS_PROMPTS=true their questions stand here, to be compared and reported.`;
  return el('p', { class: 'none' }, note);
}

function alikeRow(hit: Recent, report: (request: Recent) => Promise<string>): HTMLElement {
  const button = el('button', { type: 'button' }, 'Report as wrong') as HTMLButtonElement;
  button.addEventListener('click', async () => {
    button.disabled = true;
    button.textContent = await report(hit);
  });
  button.hidden = hit.receipt === undefined;
  const likeness = `answered as, ${percent(100 * (hit.similarity ?? 0))} % alike`;
  return el(
    'div',
    { class: 'alike' },
    el('p', {}, el('small', {}, `asked at ${clock(hit.at)}`), hit.question ?? ''),
    el('p', {}, el('small', {}, likeness), hit.matched ?? ''),
    button,
  );
}
