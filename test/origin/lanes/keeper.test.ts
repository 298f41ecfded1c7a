import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Dispatcher } from '../../../origin/src/lanes/dispatcher.ts';
import { type Keeper, startKeeper } from '../../../origin/src/lanes/keeper.ts';
import { createLane, type Lane, processorOf } from '../../../origin/src/lanes/lane.ts';
import { createScheduler } from '../../../origin/src/scheduler/scheduler.ts';
import { defaults, ticket } from '../scheduler/drive.ts';

const config = {
  FIRST_TOKEN_FLOOR_MS: 1500,
  NEXT_TOKEN_FLOOR_MS: 1500,
  TOKEN_CEILING_MS: 60_000,
  KEEP_ALIVE: '10m',
  MODEL_SETTINGS: new Map(),
};
const held = (model: string) => ({ model, size: 1, sizeVram: 0, contextLength: undefined });

let keeper: Keeper | undefined;
let memory: Set<string>;
let loads: string[];
let silent: boolean;
let doubted: number;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  memory = new Set();
  loads = [];
  silent = false;
  doubted = 0;
});
afterEach(() => {
  keeper?.close();
  vi.useRealTimers();
});

/** A real lane and scheduler; only what Ollama says and does is played. */
function keep(models: readonly string[]) {
  const real = createLane('http://127.0.0.1:9', config);
  const lane: Lane = {
    ...real,
    ps: async () => (silent ? undefined : [...memory].map(held)),
    load: async (model, use) => {
      loads.push(`${use} ${model}`);
      memory.add(model);
      return true;
    },
  };
  const scheduler = createScheduler({ ...defaults, lanes: [lane.name] });
  const dispatcher: Dispatcher = {
    scheduler,
    lanes: [lane],
    busy: 0,
    submit: () => ({ expectedWait: 0, promote: () => {} }),
    observed: (_lane, names) => scheduler.observed(lane.name, names, performance.now()),
    doubt: async () => {
      doubted += 1;
    },
    close: () => {},
  };
  keeper = startKeeper(dispatcher, models, async (_lane, model) => (model.startsWith('embed') ? 'embed' : 'generate'));
  void real.ollama.close();
  return { scheduler, warmed: keeper.warmed };
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('the keeper', () => {
  it('loads at start, each by its own route, and renews before Ollama’s five minutes', async () => {
    const { scheduler, warmed } = keep(['M', 'embed']);
    await warmed;
    expect(loads).toEqual(['generate m:latest', 'embed embed:latest']);
    expect([...(scheduler.lanes[0]?.resident.keys() ?? [])]).toEqual(['m:latest', 'embed:latest']);
    await pass(200_000);
    expect(loads).toHaveLength(2);
    await pass(50_000);
    expect(loads).toHaveLength(4);
    await pass(3_600_000);
    expect(loads.length).toBeGreaterThanOrEqual(2 * 14);
  });

  it('loads again what a restart has lost', async () => {
    await keep(['m']).warmed;
    memory.clear();
    await pass(40_000);
    expect(loads).toEqual(['generate m:latest', 'generate m:latest']);
  });

  it('does not push back in what demand has pushed out, while there is demand', async () => {
    const { scheduler, warmed } = keep(['m']);
    await warmed;
    memory = new Set(['other:latest']);
    scheduler.submit(ticket({ model: 'third:latest' }), performance.now());
    await pass(600_000);
    expect(loads).toHaveLength(1);
  });

  it('doubts a lane that says nothing', async () => {
    await keep([]).warmed;
    silent = true;
    await pass(10_000);
    expect(doubted).toBeGreaterThan(2);
  });
});

describe('where a model runs', () => {
  it.each([
    [100, 0, 'CPU'],
    [100, 100, 'GPU'],
    [100, 37, '37% GPU'],
  ])('of %i bytes %i on the GPU: %s', (size, sizeVram, processor) => {
    expect(processorOf({ model: 'm', size, sizeVram, contextLength: undefined })).toBe(processor);
  });
});
