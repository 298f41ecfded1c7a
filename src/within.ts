/** A limit in time. */

/** What the work gives, or a rejection after so many milliseconds; the work itself is not stopped. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const slow = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, slow]);
  } finally {
    if (timer !== undefined) clearTimeout(timer);
  }
}
