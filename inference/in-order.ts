/**
 * Works on many things at once and gives the results in their order.
 * @param atOnce so many are on their way, finished ones that wait for an earlier one among them
 */
export async function* inOrder<T, R>(
  things: AsyncIterable<T>,
  atOnce: number,
  work: (thing: T) => Promise<R>,
): AsyncGenerator<R> {
  const onTheWay: Promise<R>[] = [];
  for await (const thing of things) {
    const result = work(thing);
    // It is heard of when it is its turn, and never by whoever stopped before.
    result.catch(() => undefined);
    onTheWay.push(result);
    if (onTheWay.length >= atOnce) yield await onTheWay.shift()!;
  }
  while (onTheWay.length > 0) yield await onTheWay.shift()!;
}
