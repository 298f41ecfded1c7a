/** A fault: what went wrong, as a value, until a dialect renders it in the shape that its client understands. */

export type FaultKind =
  | 'invalid_request'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'too_large'
  | 'unsupported_encoding'
  | 'rate_limited'
  | 'cancelled'
  | 'internal'
  | 'bad_gateway'
  | 'overloaded'
  | 'timeout';

export interface Fault {
  readonly kind: FaultKind;
  /** HTTP status, 400 to 599. */
  readonly status: number;
  /** For the client: one sentence, no stack, no address of a machine. */
  readonly message: string;
  /** Seconds after which a retry makes sense (`Retry-After`). */
  readonly retryAfter?: number;
}

const STATUS: Record<FaultKind, number> = {
  invalid_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  too_large: 413,
  unsupported_encoding: 415,
  rate_limited: 429,
  cancelled: 499,
  internal: 500,
  bad_gateway: 502,
  overloaded: 503,
  timeout: 504,
};

export function fault(kind: FaultKind, message: string, retryAfter?: number): Fault {
  const base = { kind, status: STATUS[kind], message };
  return retryAfter === undefined ? base : { ...base, retryAfter };
}

/** The fault that an origin's own error status stands for; its status is kept. */
export function faultOfStatus(status: number, message: string, retryAfter?: number): Fault {
  const known = (Object.keys(STATUS) as FaultKind[]).find((kind) => STATUS[kind] === status);
  const kind = known ?? (status >= 500 ? 'internal' : 'invalid_request');
  return { ...fault(kind, message, retryAfter), status };
}
