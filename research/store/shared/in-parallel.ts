/** Does `work` for each, at most `limit` at a time. The first failure ends it, when what has begun is done. */
export async function inParallel<T>(
  limit: number,
  items: Iterable<T>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | null = null;
  const lane = async () => {
    for (let next = iterator.next(); !next.done && failure === null; next = iterator.next())
      await work(next.value).catch((error: unknown) => {
        failure ??= { error };
      });
  };
  await Promise.all(Array.from({ length: limit }, lane));
  if (failure !== null) throw (failure as { readonly error: unknown }).error;
}
