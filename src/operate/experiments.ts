/** `GET /api/cache/experiments`: each arm's hit rate, errors and time with their intervals, and the verdict if there is one. */
import { ollamaChat } from '../dialects/ollama-chat.ts';
import type { Edge } from '../edge.ts';
import { fault } from '../exchange/fault.ts';
import { evaluate } from '../experiment/evaluate.ts';
import { faultResponse } from '../respond.ts';
import type { OperatorVisit } from './routes.ts';

export async function experiments(_visit: OperatorVisit, edge: Edge): Promise<Response> {
  const { EXPERIMENT: setting } = edge.config;
  if (setting === undefined) return Response.json({ experiment: null, note: 'EXPERIMENT is not set' });
  const collected = await edge.experiment?.collected()?.catch(() => undefined);
  if (collected === undefined)
    return faultResponse(
      ollamaChat,
      fault('bad_gateway', 'the experiment cannot be read: EXPERIMENTS is not bound, or fails'),
    );
  const { name, by, goal, cache, alpha } = setting;
  const { counts, since } = collected;
  return Response.json({
    experiment: { name, by, goal, cache, alpha, since: since === undefined ? null : new Date(since).toISOString() },
    ...evaluate(setting, counts),
  });
}
