/** The Worker. One isolate puts its edge together on its first request and keeps it. */
import { createApp } from './app.ts';
import { assemble, type Bindings } from './assemble.ts';
import { loadConfig } from './config.ts';
import { errorShape } from './dialects/routes.ts';
import { fault } from './exchange/fault.ts';
import { faultResponse } from './respond.ts';
import tokenTable from './semantic/static/table.bin';

export { ExperimentObject } from './experiment/experiment-object.ts';
export { LimitObject } from './limits/limit-object.ts';
export { PurgeObject } from './purge/purge-object.ts';
export { SemanticBoundObject } from './semantic/bound-object.ts';
export { SemanticIndexObject } from './semantic/index-object.ts';
export { StatsObject } from './statistics/stats-object.ts';

type App = ReturnType<typeof createApp>;

let app: App | undefined;

export default {
  fetch(request, env, context) {
    if (app === undefined) {
      const loaded = loadConfig(env as unknown as Record<string, unknown>);
      if (!loaded.ok) return misconfigured(request, loaded.problems);
      app = createApp(assemble(loaded.config, env, tokenTable, loaded.arms));
    }
    return app.fetch(request, env, context);
  },
} satisfies ExportedHandler<Bindings>;

function misconfigured(request: Request, problems: readonly string[]): Response {
  const reason = fault('internal', `bad setting: ${problems.join('; ')}`);
  console.error(reason.message);
  return faultResponse(errorShape(new URL(request.url).pathname), reason);
}
