/** `Cache-Status` (RFC 9211): one member a cache, the one nearest the origin first. */

/** Why a cache forwarded, in the RFC's words. */
export type Forward = 'uri-miss' | 'bypass' | 'stale' | 'partial' | 'request' | 'miss';

export interface CacheMember {
  readonly cache: string;
  readonly hit?: boolean;
  readonly fwd?: Forward;
  /** Status that the origin answered with. */
  readonly fwdStatus?: number;
  /** Seconds of freshness left; negative when stale. */
  readonly ttl?: number;
  readonly stored?: boolean;
  readonly collapsed?: boolean;
  readonly key?: string;
  readonly detail?: string;
}

/** A structured field's string (RFC 8941 §3.3.3): printable ASCII, quoted. */
function quoted(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`;
}

function member(of: CacheMember): string {
  let text = of.cache;
  if (of.hit) text += '; hit';
  if (of.fwd !== undefined) text += `; fwd=${of.fwd}`;
  if (of.fwdStatus !== undefined) text += `; fwd-status=${of.fwdStatus}`;
  if (of.ttl !== undefined) text += `; ttl=${Math.round(of.ttl)}`;
  if (of.stored) text += '; stored';
  if (of.collapsed) text += '; collapsed';
  if (of.key !== undefined) text += `; key=${quoted(of.key)}`;
  if (of.detail !== undefined) text += `; detail=${quoted(of.detail)}`;
  return text;
}

/** @param upstream the field as an upstream cache wrote it; it comes first */
export function cacheStatus(members: readonly CacheMember[], upstream?: string | null): string {
  const own = members.map(member).join(', ');
  return upstream ? (own ? `${upstream}, ${own}` : upstream) : own;
}
