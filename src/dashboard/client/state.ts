/** What the page knows: the newest report, points over the last day, the last requests. */
import { inSteps, type Point } from '../../statistics/point.ts';
import type { Recent } from '../../statistics/recent.ts';
import type { StatsReport, WindowReport } from '../../statistics/report.ts';
import type { LiveMessage } from '../../statistics/ticker.ts';

export type Span = 'minute' | 'hour' | 'day' | 'all';

/** Seconds that a plot shows, and of one of its steps. */
export const SPANS: Readonly<Record<Span, { readonly length: number; readonly step: number }>> = {
  minute: { length: 60, step: 1 },
  hour: { length: 3_600, step: 60 },
  day: { length: 86_400, step: 600 },
  all: { length: 86_400, step: 600 },
};

export interface State {
  readonly report: StatsReport | undefined;
  readonly recent: readonly Recent[];
  take(message: LiveMessage): void;
  /** Steps of a span that ends at `now` (ms since the epoch), gaps filled. */
  steps(span: Span, now: number): readonly Point[];
  within(span: Span): WindowReport | undefined;
}

const MOST_RECENT = 100;
const DAY_MS = 86_400_000;
const NOTHING = { outcomes: {}, failed: 0, savedTokens: 0, cached: [0], generated: [0] };

export function createState(): State {
  const points = new Map<number, Point>();
  const requests = new Map<string, Recent>();
  let report: StatsReport | undefined;
  let recent: readonly Recent[] = [];

  return {
    get report() {
      return report;
    },
    get recent() {
      return recent;
    },
    take(message) {
      report = message.report;
      const newest = Date.parse(report.at);
      if (message.kind === 'hello') points.clear();
      for (const point of message.points) points.set(point.at, point);
      for (const at of points.keys()) if (at < newest - DAY_MS) points.delete(at);
      for (const request of message.recent) requests.set(request.id, request);
      recent = [...requests.values()].sort((one, other) => other.at - one.at).slice(0, MOST_RECENT);
      for (const id of requests.keys()) if (!recent.some((one) => one.id === id)) requests.delete(id);
    },
    steps(span, now) {
      const { length, step } = SPANS[span];
      const ms = step * 1_000;
      // The running second is not whole yet; longer steps show what there is of them.
      const last = Math.floor(now / ms) * ms - (step === 1 ? 2_000 : 0);
      const first = last - length * 1_000 + ms;
      const inside = [...points.values()].filter(({ at }) => at >= first && at < last + ms);
      const known = new Map(inSteps(inside, ms).map((point) => [point.at, point]));
      return Array.from({ length }, (_, index) => first + index * ms)
        .filter((at) => at <= last)
        .map((at) => known.get(at) ?? { at, ...NOTHING });
    },
    within(span) {
      if (report === undefined) return undefined;
      return { minute: report.last_minute, hour: report.last_hour, day: report.last_day, all: report }[span];
    },
  };
}
