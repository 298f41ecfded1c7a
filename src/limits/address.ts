/** Whose address a request came from, as far as limits tell addresses apart. */

/**
 * An IPv6 client usually has a whole /64 to itself and could use a new address for each request: its network counts as one.
 * @returns `unknown` where nothing says it (a local run)
 */
export function clientAddress(headers: Headers): string {
  const given = headers.get('cf-connecting-ip');
  if (given === null) return 'unknown';
  return given.includes(':') ? networkOf(given) : given;
}

/** The first four of the eight groups (RFC 4291 §2.2); an IPv4 address in IPv6 form stays whole. */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = '', tail] = address.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? [] : tail.split(':');
    while (groups.length + after.length < 8) groups.push('0');
    groups.push(...after);
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
