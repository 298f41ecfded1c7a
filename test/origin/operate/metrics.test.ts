import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ScriptedOllama, startScriptedOllama } from '../support/scripted-ollama.ts';
import { chat, freshKey, startTestSidecar, type TestSidecar } from '../support/sidecar.ts';

let ollama: ScriptedOllama;
let sidecar: TestSidecar;
beforeAll(async () => {
  ollama = await startScriptedOllama();
  sidecar = await startTestSidecar([ollama.url]);
});
afterAll(async () => {
  await sidecar.close();
  await ollama.close();
});

/** Value of one series. */
async function value(series: string): Promise<number | undefined> {
  const { text } = await sidecar.get('/metrics');
  const line = text.split('\n').find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

it('counts what answered, by model, and makes no series of made-up names', async () => {
  ollama.script = { missing: ['made-up:latest'], firstMs: 20, gapMs: 5, words: 10 };
  const headers = { 'x-edge-key': freshKey(), 'x-edge-store': '1' };
  await Promise.all([1, 2, 3].map(() => sidecar.ask('/api/chat', chat('same'), headers)));
  await sidecar.ask('/api/chat', chat('same'), headers);
  await sidecar.ask('/api/chat', chat('x', { model: 'made-up' }));
  expect(await value('origin_requests_total{by="lane",model="m:latest"}')).toBe(1);
  expect(await value('origin_requests_total{by="flight",model="m:latest"}')).toBe(2);
  expect(await value('origin_coalesced_total{model="m:latest"}')).toBe(2);
  expect(await value('origin_requests_total{by="disk",model="m:latest"}')).toBe(1);
  expect(await value('origin_requests_total{by="lane",model="other"}')).toBe(1);
  expect((await sidecar.get('/metrics')).text).not.toContain('made-up');
  expect(await value('origin_first_token_seconds_count{model="m:latest"}')).toBe(1);
  expect(await value('origin_tokens_per_second_count{model="m:latest"}')).toBe(1);
  for (const quantile of ['0.5', '0.95', '0.99'])
    expect(await value(`origin_generation_seconds{quantile="${quantile}",model="m:latest"}`)).toBeGreaterThan(0.05);
  expect(await value('origin_queue_depth')).toBe(0);
  expect(await value(`origin_lane_state{lane="${ollama.url}",state="up"}`)).toBe(1);
  expect(await value('process_resident_memory_bytes')).toBeGreaterThan(1e7);
  expect(await value(`origin_pool_connections{pool="ollama ${new URL(ollama.url).host}",state="busy"}`)).toBe(0);
});

it('reports the pools with their hit rate: requests that found a ready connection', async () => {
  for (let index = 0; index < 50; index += 1) await sidecar.ask('/api/chat', chat(`pool ${index}`));
  const report = JSON.parse((await sidecar.get('/api/pool/stats')).text);
  expect(report.hit_rate_percent).toBeGreaterThan(85);
  expect(report.pools[0]).toMatchObject({ max: 50, busy: 0, waiting: 0 });
  expect(report.pools[0].requests).toBeGreaterThan(50);
});
