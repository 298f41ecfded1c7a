/** The report as a page: one file with everything in it, plots too, that opens anywhere. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Checked } from '../expect.ts';
import { OUTCOMES } from '../measure/sample.ts';
import type { Result } from '../run.ts';
import { count, megabytes, ms, percent } from './numbers.ts';

const require = createRequire(import.meta.url);
const file = (name: string) => readFileSync(join(import.meta.dirname, 'page', name), 'utf8');
const library = (name: string) => readFileSync(require.resolve(`uplot/dist/${name}`), 'utf8');

export function htmlReport(result: Result, checked: readonly Checked[]): string {
  const { summary } = result;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Load: ${percent(summary.hitRate)} hits, P95 ${ms(summary.p95)}</title>
<style>${library('uPlot.min.css')}${file('page.css')}</style>
<main>
<header><h1>Load report</h1><p>${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC</p></header>
<ul class="conditions">${result.conditions.map(condition).join('')}</ul>
<section class="tiles">${tiles(result)}</section>
${share(result)}
${checked.length === 0 ? '' : `<ul class="checks">${checked.map(checkLine).join('')}</ul>`}
<section class="plots">
<figure><figcaption>Answers a second</figcaption><div id="answers"></div></figure>
<figure><figcaption>Latency over time, to the last byte (ms)</figcaption><div id="latency"></div></figure>
<figure><figcaption>Latency by percentile, to the last byte (ms)</figcaption><div id="percentiles"></div></figure>
<figure><figcaption>Memory by process (MB)</figcaption><div id="memory"></div></figure>
</section>
<div class="tables">${outcomeTable(result)}${processTable(result)}</div>
${wrongTable(result)}
<footer>Latency counts from when a request was due, so what a slow server kept waiting is counted too. The generator took ${percent(summary.generatorBusy)} of a core in its busiest process and sent requests ${ms(summary.lateP99)} late at P99.</footer>
</main>
<script type="application/json" id="data">${JSON.stringify(plotData(result)).replaceAll('<', '\\u003c')}</script>
<script>${library('uPlot.iife.min.js')}</script>
<script>${file('page.js')}</script>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function condition(line: string): string {
  const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/s.exec(line) ?? [];
  return `<li><b>${escaped(name)}</b> ${escaped(rest)}</li>`;
}

function tiles({ summary }: Result): string {
  const tile = (name: string, value: string, more: string, bad = false) =>
    `<div class="tile${bad ? ' bad' : ''}"><span>${name}</span><strong>${value}</strong><small>${more}</small></div>`;
  return [
    tile('hit rate', percent(summary.hitRate), `${count(summary.requests)} requests`),
    tile('wrong answers', percent(summary.wrongHitRate), 'from the cache, of all', summary.wrongHitRate > 0),
    tile('P95', ms(summary.p95), `P50 ${ms(summary.p50)} · P99 ${ms(summary.p99)}`),
    tile('hits at P99', ms(summary.hitP99), `P50 ${ms(summary.hitP50)}`),
    tile('throughput', `${summary.throughput.toFixed(1)}/s`, `${ms(summary.seconds * 1000)} in all`),
    tile('errors', count(summary.errors), `of ${count(summary.requests)}`, summary.errors > 0),
    tile('tokens saved', count(summary.tokensServed), `${count(summary.tokensGenerated)} generated`),
  ].join('');
}

/** What the answers were, as one bar. */
function share({ tally }: Result): string {
  const total = tally.all.last.count;
  const parts = OUTCOMES.flatMap((outcome) => {
    const answers = tally.by.get(outcome)?.last.count ?? 0;
    return answers === 0 ? [] : [{ outcome, part: answers / total }];
  });
  const bar = parts
    .map(
      ({ outcome, part }) => `<i class="${outcome}" style="flex-grow:${part}" title="${outcome} ${percent(part)}"></i>`,
    )
    .join('');
  const legend = parts
    .map(({ outcome, part }) => `<li><i class="${outcome}"></i>${outcome} <b>${percent(part)}</b></li>`)
    .join('');
  return `<section class="share"><div>${bar}</div><ul>${legend}</ul></section>`;
}

function checkLine({ name, sign, value, measured, met }: Checked): string {
  const shown = +measured.toFixed(measured < 1 ? 4 : 1);
  return `<li class="${met ? 'met' : 'unmet'}">${name} <b>${shown}</b> <small>${escaped(sign)} ${value}</small></li>`;
}

function outcomeTable({ tally }: Result): string {
  const row = (name: string, { first, last }: Result['tally']['all']) =>
    [
      `<tr><th>${name}</th><td>${count(last.count)}</td>`,
      ...[first.at(0.5), first.at(0.99), last.at(0.5), last.at(0.95), last.at(0.99), last.max].map(
        (time) => `<td>${ms(time)}</td>`,
      ),
      '</tr>',
    ].join('');
  const rows = OUTCOMES.flatMap((outcome) => {
    const by = tally.by.get(outcome);
    return by === undefined ? [] : [row(outcome, by)];
  });
  return `<table><thead><tr><th></th><th>answers</th><th>first P50</th><th>first P99</th><th>last P50</th><th>P95</th><th>P99</th><th>max</th></tr></thead><tbody>${rows.join('')}${row('all', tally.all)}</tbody></table>`;
}

function processTable({ watched }: Result): string {
  if (watched.length === 0) return '';
  const rows = watched.map(({ name, readings }) => {
    const [first, last] = [readings[0], readings.at(-1)];
    const cpu = (last?.cpu ?? 0) - (first?.cpu ?? 0);
    return `<tr><th>${escaped(name)}</th><td>${megabytes(first?.memory ?? 0)}</td><td>${megabytes(last?.memory ?? 0)}</td><td>${first?.descriptors} → ${last?.descriptors}</td><td>${cpu.toFixed(1)} s</td></tr>`;
  });
  return `<table><thead><tr><th>process</th><th>at first</th><th>at last</th><th>descriptors</th><th>CPU</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function wrongTable({ tally }: Result): string {
  const { examples } = tally.truth.judge();
  if (examples.length === 0) return '';
  const rows = examples
    .slice(0, 20)
    .map(
      ({ outcome, asked, answered, count: times }) =>
        `<tr><th>${count(times)}</th><td>${outcome}</td><td>${escaped(asked)}</td><td>${escaped(answered)}</td></tr>`,
    );
  return `<table class="wrong"><thead><tr><th>wrong</th><th>by</th><th>asked</th><th>answered as</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

/** What page.js draws. */
function plotData({ tally, watched }: Result) {
  const present = OUTCOMES.filter((outcome) => tally.by.has(outcome));
  const over = (share: number) => tally.seconds.map(({ last }) => (last.count === 0 ? null : last.at(share)));
  return {
    seconds: tally.seconds.map((_, at) => at),
    answers: present.map((outcome) => ({ name: outcome, values: tally.seconds.map(({ counts }) => counts[outcome]) })),
    errors: tally.failed === 0 ? [] : tally.seconds.map(({ errors }) => errors),
    latency: [0.5, 0.95, 0.99].map((part) => ({ name: `P${part * 100}`, values: over(part) })),
    percentiles: present.map((outcome) => ({ name: outcome, curve: tally.by.get(outcome)?.last.curve() ?? [] })),
    memory: watched.map(({ name, readings }) => ({ name, values: readings.map(({ memory }) => memory / 1_048_576) })),
  };
}
