/** The members of `Cache-Status`, by cache. */
export function cacheStatusOf(response: Response): Record<string, string> {
  const field = response.headers.get('cache-status') ?? '';
  return Object.fromEntries(
    field
      .split(', ')
      .filter((part) => part !== '')
      .map((part) => [part.split(';')[0] ?? '', part]),
  );
}
