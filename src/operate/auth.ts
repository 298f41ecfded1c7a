/** Who is asking: the tenant behind an API key, and whether a bearer may operate. Keys are known by their hashes only. */
import { type Fault, fault } from '../exchange/fault.ts';
import { sha256Hex } from '../exchange/key.ts';

export type Caller = { readonly ok: true; readonly tenant: string } | { readonly ok: false; readonly fault: Fault };

/** Everyone's tenant where authentication is off. */
export const PUBLIC_TENANT = 'public';

/** `Authorization: Bearer`, or `x-api-key` as Anthropic's clients send it. */
function presentedKey(headers: Headers): string | undefined {
  const bearer = /^bearer +(\S+)$/i.exec(headers.get('authorization')?.trim() ?? '');
  return bearer?.[1] ?? headers.get('x-api-key')?.trim() ?? undefined;
}

/** Equal or not in a time that depends on the lengths only. */
export function equalInConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at++)
    difference |= a.charCodeAt(at) ^ b.charCodeAt(b.length === 0 ? 0 : at % b.length);
  return difference === 0;
}

/** @param apiKeys SHA-256 in hex → whose it is */
export async function authenticate(
  headers: Headers,
  apiKeys: Readonly<Record<string, { readonly tenant: string }>>,
): Promise<Caller> {
  const key = presentedKey(headers);
  if (key === undefined) return { ok: false, fault: fault('unauthorized', 'an API key is needed') };
  const hash = await sha256Hex(key);
  let tenant: string | undefined;
  for (const [known, holder] of Object.entries(apiKeys))
    if (equalInConstantTime(known.toLowerCase(), hash)) tenant = holder.tenant;
  if (tenant === undefined) return { ok: false, fault: fault('unauthorized', 'the API key is not known') };
  return { ok: true, tenant };
}

/** For the operator's routes; undefined means go ahead. */
export async function authoriseOperator(headers: Headers, adminKey: string | undefined): Promise<Fault | undefined> {
  if (adminKey === undefined) return fault('forbidden', 'operator routes are off: ADMIN_KEY is not set');
  const key = presentedKey(headers);
  const [given, wanted] = await Promise.all([sha256Hex(key ?? ''), sha256Hex(adminKey)]);
  return key !== undefined && equalInConstantTime(given, wanted)
    ? undefined
    : fault('unauthorized', 'the admin key is needed');
}
