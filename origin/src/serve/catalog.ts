/** Routes that describe and generate nothing: asked of a lane that answers, and passed on as they come. */
import { readJson } from '../http/body.ts';
import type { Request, Response } from '../http/listener.ts';
import { send, sendFault } from '../http/reply.ts';
import { UNREACHABLE } from '../ollama/fault.ts';
import type { Origin } from '../origin.ts';

const TIME_LIMIT_MS = 15_000;

export async function serveCatalog(origin: Origin, path: string, request: Request, response: Response): Promise<void> {
  let body: string | undefined;
  if (request.method === 'POST') {
    const read = await readJson(request, origin.config.MAX_BODY_BYTES);
    if (!read.ok) return sendFault(response, path, read.fault);
    body = JSON.stringify(read.value);
  }
  const method = request.method === 'POST' ? 'POST' : request.method === 'HEAD' ? 'HEAD' : 'GET';
  // What the edge learns here must not be newer than what is said of each answer afterwards.
  if (path === '/api/tags') await origin.digests.refresh();
  for (const lane of origin.lanesByHealth())
    try {
      const limit = AbortSignal.timeout(TIME_LIMIT_MS);
      const answer = await lane.ollama.request(method, path, body, limit);
      const bytes = await answer.body.bytes();
      return send(response, answer.status, answer.contentType, bytes);
    } catch {
      // The next lane may answer.
    }
  sendFault(response, path, UNREACHABLE);
}
