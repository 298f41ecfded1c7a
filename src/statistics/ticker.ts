/** Ticker: tells those who watch what is new, once a second while something happens, and nothing while all is still. */
import type { Point } from './point.ts';
import type { Reading } from './reading.ts';
import type { Recent } from './recent.ts';
import type { GroupReport, StatsReport, WindowReport } from './report.ts';

/** What a watcher is sent, as JSON. */
export type LiveMessage =
  /** Once, at the beginning: the last day. */
  | {
      readonly kind: 'hello';
      readonly report: StatsReport;
      readonly points: readonly Point[];
      readonly recent: readonly Recent[];
    }
  /** What is new: whole seconds, requests. A point replaces an earlier one of the same time; a request may come twice. */
  | {
      readonly kind: 'tick';
      readonly report: StatsReport;
      readonly points: readonly Point[];
      readonly recent: readonly Recent[];
    };

export interface TickerOptions {
  readonly read: (since: number) => Promise<Reading>;
  readonly report: (reading: Reading) => StatsReport;
  readonly watchers: () => readonly WebSocket[];
  /** Calls `tick` at this time (milliseconds since the epoch); a later call replaces an earlier one. */
  readonly wakeAt: (time: number) => Promise<void>;
  readonly now?: () => number;
}

export interface Ticker {
  greet(socket: WebSocket): Promise<void>;
  tick(): Promise<void>;
  wake(): Promise<void>;
}

const EVERY_MS = 1_000;
const MOST_GROUPS = 12;
const DAY_MS = 86_400_000;
/** After that long without a request even the last minute is empty, and there is nothing more to tell. */
const STILL_MS = 75_000;

export function createTicker({ read, report, watchers, wakeAt, now = Date.now }: TickerOptions): Ticker {
  let activeAt = now();
  let toldUntil = now() - EVERY_MS;
  let next = 0;

  async function arm(): Promise<void> {
    if (next > now()) return;
    next = now() + EVERY_MS;
    await wakeAt(next);
  }

  return {
    async greet(socket) {
      const reading = await read(now() - DAY_MS);
      const { points, recent } = reading;
      tell([socket], { kind: 'hello', report: slim(report(reading)), points, recent });
      activeAt = now();
      await arm();
    },
    async tick() {
      next = 0;
      const sockets = watchers();
      if (sockets.length === 0) return;
      const askedAt = now();
      const reading = await read(toldUntil - EVERY_MS);
      const points = reading.points.filter(({ at }) => at >= toldUntil - EVERY_MS);
      const recent = reading.recent.filter(({ addedAt }) => addedAt >= toldUntil);
      toldUntil = askedAt;
      if (points.length > 0) activeAt = now();
      tell(sockets, { kind: 'tick', report: slim(report(reading)), points, recent });
      if (now() - activeAt < STILL_MS) await arm();
    },
    async wake() {
      activeAt = now();
      if (watchers().length > 0) await arm();
    },
  };
}

/** Those groups that most requests were for: a report goes to everyone who watches, each second. */
function slim(report: StatsReport): StatsReport {
  return {
    ...report,
    ...slimWindow(report),
    last_minute: slimWindow(report.last_minute),
    last_hour: slimWindow(report.last_hour),
    last_day: slimWindow(report.last_day),
  };
}

function slimWindow<Report extends WindowReport>(report: Report): Report {
  const { models, tenants, routes, arms } = report;
  return { ...report, models: most(models), tenants: most(tenants), routes: most(routes), arms: most(arms) };
}

function most(groups: Readonly<Record<string, GroupReport>>): Readonly<Record<string, GroupReport>> {
  const sorted = Object.entries(groups).sort(([, one], [, other]) => other.requests - one.requests);
  return Object.fromEntries(sorted.slice(0, MOST_GROUPS));
}

function tell(sockets: readonly WebSocket[], message: LiveMessage): void {
  const text = JSON.stringify(message);
  for (const socket of sockets)
    try {
      socket.send(text);
    } catch {
      // It has gone; the platform tells so by itself.
    }
}
