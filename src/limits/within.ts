/** What comes in time; undefined for what is late or fails. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  const done = await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer ?? 0);
  return done;
}
