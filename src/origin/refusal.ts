/** Refusal: what an origin answers instead of an answer, as a fault with its status and its own words. */
import { type Fault, faultOfStatus } from '../exchange/fault.ts';

/** @param text the response's body, in whatever form: something before the origin may answer in HTML */
export function refusalOf(response: Response, text: string): Fault {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return faultOfStatus(
    // A redirect is no answer either.
    response.status >= 400 ? response.status : 502,
    errorMessage(text) ?? `the origin answered ${response.status}`,
    Number.isFinite(retryAfter) ? retryAfter : undefined,
  );
}

/** The message of an error body in any of the dialects' shapes. */
function errorMessage(body: string): string | undefined {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    if (typeof error === 'string') return error;
    const message = (error as { message?: unknown } | undefined)?.message;
    return typeof message === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}
