/** The plots over time: requests stacked by outcome, and how long the first byte took. */
import uPlot from 'uplot';
import { createHistogram, mergeHistogram, percentileOf, unpackHistogram } from '../../statistics/histogram.ts';
import type { Point } from '../../statistics/point.ts';
import { byId, coloured, el } from './dom.ts';
import { decimal, durationText } from './format.ts';
import { OUTCOMES } from './outcomes.ts';
import { SPANS, type Span } from './state.ts';

export interface Plots {
  draw(points: readonly Point[], span: Span): void;
  /** Colours are read from the style sheet: call it when the theme has changed. */
  recolour(): void;
}

const HEIGHT = 230;
/** Isolates hand on about once a second, not exactly: a second by itself would flicker. So would a percentile of a few requests. */
const SMOOTH = 3;
const SMOOTH_LATENCY = 8;
/** Milliseconds that the logarithmic axis names. */
const DECADES = [1, 10, 100, 1_000, 10_000, 100_000];

const colourOf = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

export function createPlots(): Plots {
  let plots: readonly uPlot[] = [];
  let last: { readonly points: readonly Point[]; readonly span: Span } | undefined;

  legend(
    'plot-requests-legend',
    [...OUTCOMES].map(([, colour, word]) => [colour, word]),
  );
  legend('plot-latency-legend', [
    ['hit', 'from the cache'],
    ['miss', 'generated'],
  ]);
  build();
  new ResizeObserver(() => {
    for (const plot of plots) plot.setSize(sizeOf(plot.root.parentElement as HTMLElement));
  }).observe(byId('plot-requests'));

  function build(): void {
    for (const plot of plots) plot.destroy();
    plots = [requestsPlot(byId('plot-requests')), latencyPlot(byId('plot-latency'))];
    if (last !== undefined) draw(last.points, last.span);
  }

  function draw(points: readonly Point[], span: Span): void {
    last = { points, span };
    const [requests, latency] = plots;
    if (requests === undefined || latency === undefined || points.length === 0) return;
    const { step } = SPANS[span];
    const times = points.map(({ at }) => at / 1_000);
    // The running step is divided by what has passed of it.
    const seconds = points.map(({ at }) => Math.max(1, Math.min(step, (Date.now() - at) / 1_000)));
    const rates = OUTCOMES.map(([outcome]) =>
      smoothed(
        points.map(({ outcomes }, at) => (outcomes[outcome] ?? 0) / (seconds[at] ?? step)),
        step,
      ),
    );
    const sums = times.map(() => 0);
    // Stacked: each series is the sum of itself and those below it; the highest is drawn first.
    const stacked = rates.map((rate) => rate.map((value, at) => (sums[at] = (sums[at] ?? 0) + value)));
    requests.setData([times, ...stacked.reverse()]);
    latency.setData([times, p95s(points, 'cached', step), p95s(points, 'generated', step)]);
    describe(sums, points, step);
  }

  return { draw, recolour: build };
}

function smoothed(values: readonly number[], step: number): number[] {
  if (step > 1) return [...values];
  return values.map((_, at) => {
    const around = values.slice(Math.max(0, at - SMOOTH + 1), at + 1);
    return around.reduce((sum, value) => sum + value, 0) / around.length;
  });
}

function p95s(points: readonly Point[], of: 'cached' | 'generated', step: number): (number | null)[] {
  const around = step > 1 ? 1 : SMOOTH_LATENCY;
  return points.map((_, at) => {
    const histogram = createHistogram();
    for (const point of points.slice(Math.max(0, at - around + 1), at + 1))
      mergeHistogram(histogram, unpackHistogram(point[of]));
    const value = percentileOf(histogram, 0.95);
    // The axis is logarithmic: what took less than a millisecond is drawn at half of one.
    return value === undefined ? null : Math.max(0.5, value);
  });
}

/** In words, for who does not see the plots. */
function describe(sums: readonly number[], points: readonly Point[], step: number): void {
  const now = decimal(sums.at(-1) ?? 0);
  byId('plot-requests').setAttribute(
    'aria-label',
    `Requests a second: now ${now}, at most ${decimal(Math.max(...sums))}`,
  );
  const of = (kind: 'cached' | 'generated') => {
    const values = p95s(points, kind, step).filter((value) => value !== null);
    return values.length === 0 ? 'nothing' : `at most ${durationText(Math.max(...values))}`;
  };
  const label = `First byte, P95: from the cache ${of('cached')}, generated ${of('generated')}`;
  byId('plot-latency').setAttribute('aria-label', label);
}

function legend(id: string, entries: readonly (readonly string[])[]): void {
  byId(id).replaceChildren(...entries.map(([colour = '', word = '']) => coloured(el('li', {}, word), colour)));
}

function sizeOf(holder: HTMLElement) {
  return { width: holder.clientWidth, height: HEIGHT };
}

function axes(values: (value: number) => string): uPlot.Axis[] {
  const common = { stroke: colourOf('soft'), grid: { stroke: colourOf('grid'), width: 1 }, ticks: { show: false } };
  const font = '12px system-ui, sans-serif';
  return [
    { ...common, font, space: 70, size: 30 },
    { ...common, font, size: 58, values: (_, ticks) => ticks.map((tick) => (tick === null ? '' : values(tick))) },
  ];
}

const CLOCK = uPlot.fmtDate('{HH}:{mm}');
const SECONDS = uPlot.fmtDate('{HH}:{mm}:{ss}');

function timeAxis(axis: uPlot.Axis | undefined): uPlot.Axis {
  return {
    ...axis,
    values: (_plot, ticks, _at, _space, step) =>
      ticks.map((tick) => (step < 60 ? SECONDS : CLOCK)(new Date(tick * 1_000))),
  };
}

/** To the end of the last step: its bar has a width. */
function wholeSteps({ data }: uPlot, first: number, last: number): [number, number] {
  const [times = []] = data;
  const step = (times[1] ?? 0) - (times[0] ?? 0);
  return [first ?? 0, (last ?? 1) + step];
}

function requestsPlot(holder: HTMLElement): uPlot {
  const [time, rate] = axes(decimal);
  const series = [...OUTCOMES].reverse().map(
    ([outcome, colour]): uPlot.Series => ({
      label: outcome,
      width: 0,
      fill: colourOf(colour),
      points: { show: false },
      paths: uPlot.paths.bars?.({ size: [0.88, 60], align: 1, radius: 0 }) as uPlot.Series.PathBuilder,
    }),
  );
  return new uPlot(
    {
      ...sizeOf(holder),
      cursor: { show: false },
      legend: { show: false },
      scales: { x: { range: wholeSteps }, y: { range: (_plot, _least, most) => [0, Math.max(1, (most ?? 0) * 1.12)] } },
      axes: [timeAxis(time), rate as uPlot.Axis],
      series: [{}, ...series],
    },
    [[], ...series.map(() => [])] as unknown as uPlot.AlignedData,
    holder,
  );
}

function latencyPlot(holder: HTMLElement): uPlot {
  const [time, ms] = axes(durationText);
  const line = (colour: string): uPlot.Series => ({
    stroke: colourOf(colour),
    width: 2,
    spanGaps: false,
    points: { show: true, size: 4, fill: colourOf(colour), width: 0 },
  });
  return new uPlot(
    {
      ...sizeOf(holder),
      cursor: { show: false },
      legend: { show: false },
      scales: {
        x: { range: wholeSteps },
        y: { distr: 3, range: (_plot, _least, most) => [0.4, Math.max(10_000, (most ?? 0) * 2)] },
      },
      axes: [timeAxis(time), { ...ms, splits: () => DECADES, filter: (_plot, splits) => splits }],
      series: [{}, line('hit'), line('miss')],
    },
    [[], [], []] as unknown as uPlot.AlignedData,
    holder,
  );
}
