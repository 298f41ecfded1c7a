/** The figures at the top: hit rate, requests, what was saved, first byte. */
import type { WindowReport } from '../../statistics/report.ts';
import { byId, coloured, el, fill, pairs, text } from './dom.ts';
import { bytes, count, decimal, duration, durationText, money, percent } from './format.ts';
import { OUTCOMES } from './outcomes.ts';

export function showFigures(window: WindowReport, perSecond: number): void {
  showHitRate(window);
  text('rate', decimal(perSecond));
  pairs('rate-parts', [
    ['in this time', count(window.requests)],
    ['failed', count(window.failed)],
    ['refused', count(window.refused)],
    ['sent', bytes(window.bytes_sent)],
  ]);
  showSaved(window);
  const { HIT, SEMANTIC, MISS } = window.latency.first_byte_ms;
  const [value, unit] = duration(window.first_byte_ms.p95);
  text('first', value);
  text('first-unit', unit);
  pairs('first-parts', [
    ['exact hit', durationText(HIT?.p95)],
    ['semantic hit', durationText(SEMANTIC?.p95)],
    ['generated', durationText(MISS?.p95)],
    ['P99, all', durationText(window.first_byte_ms.p99)],
  ]);
}

function showHitRate(window: WindowReport): void {
  const { hits, misses, hit_rate_percent } = window;
  const shares = [hits.exact, hits.semantic, hits.joined, hits.stale, misses];
  const all = shares.reduce((sum, value) => sum + value, 0);
  text('hit-rate', all === 0 ? '–' : percent(hit_rate_percent));
  const parts = OUTCOMES.slice(0, shares.length).map(([, colour, word], at) => ({
    colour,
    word,
    value: shares[at] ?? 0,
  }));
  fill('hit-bar', parts, () =>
    parts
      .filter(({ value }) => value > 0)
      .map(({ colour, value }) => {
        const piece = el('span');
        piece.style.flex = `${value} 0 0`;
        piece.style.background = `var(--${colour})`;
        return piece;
      }),
  );
  const share = (value: number) => (all === 0 ? 0 : (100 * value) / all);
  const words = parts.map(({ word, value }) => `${word} ${percent(share(value))} %`);
  byId('hit-bar').setAttribute('aria-label', words.join(', '));
  fill('hit-parts', parts, () =>
    parts.map(({ colour, word, value }) =>
      el('div', {}, coloured(el('dt', {}, word), colour), el('dd', {}, `${count(value)}`)),
    ),
  );
}

function showSaved({ saved, stored }: WindowReport): void {
  const tokens = saved.completion_tokens;
  if (saved.money === null) {
    text('saved', count(tokens));
    text('saved-unit', 'tokens');
  } else {
    text('saved', money(saved.money, '').trim());
    text('saved-unit', saved.currency);
  }
  pairs('saved-parts', [
    ['answer tokens', count(tokens)],
    ['prompt tokens', count(saved.prompt_tokens)],
    ['generating', durationText(saved.generation_seconds * 1_000)],
    ['compression', stored.compression_ratio === null ? '–' : `${stored.compression_ratio} : 1`],
  ]);
}
