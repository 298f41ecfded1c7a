/** Errors in the shape that each API's clients read: as a whole body, and as the last thing of a stream that broke. */
import { randomUUID } from 'node:crypto';
import type { Fault, FaultKind } from '../../../src/exchange/fault.ts';

type Shape = 'ollama' | 'openai' | 'responses' | 'anthropic';

function shapeOf(path: string): Shape {
  if (path === '/v1/messages') return 'anthropic';
  if (path === '/v1/responses') return 'responses';
  return path.startsWith('/v1/') ? 'openai' : 'ollama';
}

const OPENAI_TYPE: Partial<Record<FaultKind, string>> = {
  invalid_request: 'invalid_request_error',
  too_large: 'invalid_request_error',
  unsupported_encoding: 'invalid_request_error',
  unauthorized: 'authentication_error',
  forbidden: 'permission_error',
  not_found: 'not_found_error',
  rate_limited: 'rate_limit_error',
};

const ANTHROPIC_TYPE: Partial<Record<FaultKind, string>> = {
  ...OPENAI_TYPE,
  too_large: 'request_too_large',
  overloaded: 'overloaded_error',
  timeout: 'timeout_error',
};

function errorValue(shape: Shape, fault: Fault): unknown {
  if (shape === 'ollama') return { error: fault.message };
  if (shape === 'anthropic')
    return {
      type: 'error',
      error: { type: ANTHROPIC_TYPE[fault.kind] ?? 'api_error', message: fault.message },
      request_id: `req_${randomUUID().replaceAll('-', '')}`,
    };
  return {
    error: { message: fault.message, type: OPENAI_TYPE[fault.kind] ?? 'api_error', param: null, code: null },
  };
}

/** The body of an error answer; always `application/json`. */
export function errorBody(path: string, fault: Fault): string {
  return JSON.stringify(errorValue(shapeOf(path), fault));
}

/** What ends a stream that broke after it had begun; the text before it may have been cut anywhere. */
export function streamError(path: string, contentType: string, fault: Fault): string {
  const shape = shapeOf(path);
  if (!contentType.startsWith('text/event-stream')) return `\n${JSON.stringify(errorValue(shape, fault))}\n`;
  if (shape === 'responses')
    return `\n\nevent: error\ndata: ${JSON.stringify({ type: 'error', code: 'server_error', message: fault.message, param: null })}\n\n`;
  const event = shape === 'anthropic' ? 'event: error\n' : '';
  return `\n\n${event}data: ${JSON.stringify(errorValue(shape, fault))}\n\n`;
}
