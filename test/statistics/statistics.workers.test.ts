/** Statistics with what may be bound, and without. */
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { createStatistics, type Statistics } from '../../src/statistics/statistics.ts';
import { servedWith } from './events.ts';

const NO_POINTS = Number.MAX_SAFE_INTEGER;

function config() {
  const loaded = loadConfig({});
  if (!loaded.ok) throw new Error('the defaults are settings');
  return loaded.config;
}

async function handedOn(statistics: Statistics): Promise<void> {
  const work: Promise<unknown>[] = [];
  statistics.handOn(
    (each) => work.push(each),
    () => 'FRA',
  );
  await Promise.all(work);
}

/** Stands for an Analytics Engine dataset: keeps what it is given, as the platform's does for its queries. */
function recordingDataset(fails = false) {
  const points: AnalyticsEngineDataPoint[] = [];
  const writeDataPoint = (point?: AnalyticsEngineDataPoint) => {
    if (fails) throw new Error('too many data points');
    if (point !== undefined) points.push(point);
  };
  return { points, dataset: { writeDataPoint } as AnalyticsEngineDataset };
}

describe('statistics', () => {
  it('without the STATS binding are those of the isolate, and say so', async () => {
    const statistics = createStatistics(config(), {});
    statistics.observe(servedWith());
    await handedOn(statistics);
    statistics.observe(servedWith());
    const { scope, windows, recent } = await statistics.read(NO_POINTS, () => 'FRA');
    expect([scope, windows.all.cells.size, recent.length]).toEqual(['isolate', 1, 2]);
    expect(statistics.watch(new Request('http://edge/'))).toBeUndefined();
  });

  it('give Analytics Engine a data point for each request, in the columns of docs/statistics.md', () => {
    const { points, dataset } = recordingDataset();
    const statistics = createStatistics(config(), { ANALYTICS: dataset });
    statistics.observe(servedWith({ tenant: 'acme', arm: 'high', firstByteMs: 3, totalMs: 8 }));
    statistics.observe({ kind: 'warmed', by: 'stored' });
    statistics.observe(servedWith({ outcome: 'MISS', status: 502, fault: 'bad_gateway', model: 'tinyllama:latest' }));
    expect(points).toEqual([
      {
        indexes: ['acme'],
        blobs: ['/api/chat', 'HIT', 'memory', '200', 'tinyllama:latest', 'acme', 'high', ''],
        doubles: [3, 8, 100, 10, 20, 10, 20, 500, 0],
      },
      expect.objectContaining({ blobs: expect.arrayContaining(['MISS', '502', 'bad_gateway']) }),
    ]);
  });

  it('go on when it does not take one', () => {
    const statistics = createStatistics(config(), { ANALYTICS: recordingDataset(true).dataset });
    expect(() => statistics.observe(servedWith())).not.toThrow();
  });
});
