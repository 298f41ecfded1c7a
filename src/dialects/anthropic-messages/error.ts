/** Anthropic's errors. */
import type { Fault } from '../../exchange/fault.ts';
import { mintId } from '../openai-common.ts';

const TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  503: 'overloaded_error',
  529: 'overloaded_error',
};

export function anthropicErrorBody({ status, message }: Fault): string {
  const error = { type: TYPES[status] ?? 'api_error', message };
  return JSON.stringify({ type: 'error', error, request_id: mintId('req_') });
}
