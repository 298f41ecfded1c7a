/** `GET /api/cache/live`: a WebSocket that tells once a second what is new. Messages: `LiveMessage` in statistics/ticker.ts. */
import { ollamaChat } from '../dialects/ollama-chat.ts';
import type { Edge } from '../edge.ts';
import { fault } from '../exchange/fault.ts';
import { faultResponse } from '../respond.ts';
import type { OperatorVisit } from './routes.ts';

export async function live({ request }: OperatorVisit, edge: Edge): Promise<Response> {
  if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket')
    return faultResponse(
      ollamaChat,
      { ...fault('invalid_request', 'a WebSocket is expected'), status: 426 },
      {
        upgrade: 'websocket',
      },
    );
  const watching = edge.statistics.watch(request);
  return (
    (await watching) ?? faultResponse(ollamaChat, fault('not_found', 'there is no live view without the STATS binding'))
  );
}
