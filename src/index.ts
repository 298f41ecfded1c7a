/** The Worker. One isolate puts its edge together on its first request and keeps it. */
import { createApp } from './app.ts';
import { assemble, type Bindings } from './assemble.ts';
import { loadConfig } from './config.ts';
import { errorShape } from './dialects/routes.ts';
import type { Edge } from './edge.ts';
import { fault } from './exchange/fault.ts';
import { faultResponse } from './respond.ts';
import tokenTable from './semantic/static/table.bin';
import { renewPopular } from './warm/popular.ts';

export { ExperimentObject } from './experiment/experiment-object.ts';
export { LimitObject } from './limits/limit-object.ts';
export { PurgeObject } from './purge/purge-object.ts';
export { SemanticBoundObject } from './semantic/bound-object.ts';
export { SemanticIndexObject } from './semantic/index-object.ts';
export { StatsObject } from './statistics/stats-object.ts';

interface Assembled {
  readonly edge: Edge;
  readonly app: ReturnType<typeof createApp>;
}

let assembled: Assembled | undefined;

/** What is wrong with the settings, where they are. */
function assembleOnce(env: Bindings): Assembled | readonly string[] {
  if (assembled !== undefined) return assembled;
  const loaded = loadConfig(env as unknown as Record<string, unknown>);
  if (!loaded.ok) return loaded.problems;
  const edge = assemble(loaded.config, env, tokenTable, loaded.arms);
  assembled = { edge, app: createApp(edge) };
  return assembled;
}

export default {
  fetch(request, env, context) {
    const made = assembleOnce(env);
    return 'app' in made ? made.app.fetch(request, env, context) : misconfigured(request, made);
  },
  /** The cron trigger of wrangler.toml. */
  async scheduled(_controller, env, context) {
    const made = assembleOnce(env);
    if (!('edge' in made)) return console.error(`bad setting: ${made.join('; ')}`);
    await renewPopular(made.edge);
    made.edge.statistics.handOn(
      (work) => context.waitUntil(work),
      () => '',
    );
  },
} satisfies ExportedHandler<Bindings>;

function misconfigured(request: Request, problems: readonly string[]): Response {
  const reason = fault('internal', `bad setting: ${problems.join('; ')}`);
  console.error(reason.message);
  return faultResponse(errorShape(new URL(request.url).pathname), reason);
}
