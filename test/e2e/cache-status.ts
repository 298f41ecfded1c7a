/** The members of `Cache-Status`, by cache. */
export function cacheStatusOf(headers: Headers): Record<string, string> {
  const field = headers.get('cache-status') ?? '';
  return Object.fromEntries(
    field
      .split(', ')
      .filter((part) => part !== '')
      .map((part) => [part.split(';')[0] ?? '', part]),
  );
}
