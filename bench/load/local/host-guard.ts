/** Load is for one's own machine, unless one says that the other is one's own as well. */

const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/** Why this URL may not be aimed at; undefined where it may. */
export function refusal(url: URL, ownThisHost: boolean): string | undefined {
  if (ownThisHost || LOOPBACK.test(url.hostname)) return undefined;
  return `${url.hostname} is not this machine: load is refused. If that host is yours to load, add --i-own-this-host`;
}
