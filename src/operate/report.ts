/** `POST /dashboard/report`: the operator says that an answer to a question in other words was wrong, for whatever tenant it was. */
import { ollamaChat } from '../dialects/ollama-chat.ts';
import type { Edge } from '../edge.ts';
import { readBody } from '../intake.ts';
import { faultResponse } from '../respond.ts';
import { reportWrong } from '../serve-report.ts';
import type { OperatorVisit } from './routes.ts';

const MAX_BYTES = 16_384;

export async function reportByOperator({ request }: OperatorVisit, edge: Edge): Promise<Response> {
  const body = await readBody(request, MAX_BYTES, false);
  return body.ok ? reportWrong(body.text, undefined, edge) : faultResponse(ollamaChat, body.fault);
}
