/** As many as a statement takes without being long to plan. */
const MOST_AT_ONCE = 200;

interface Waiting<Item> {
  readonly item: Item;
  readonly done: PromiseWithResolvers<void>;
}

/**
 * What comes while the last write is under way, or in the same turn of the loop, is written together. Whoever brought
 * it hears when it is, or that none of it was.
 */
export function gather<Item>(
  write: (items: readonly Item[]) => Promise<void>,
): (item: Item) => Promise<void> {
  let waiting: Waiting<Item>[] = [];
  let isWriting = false;
  const writeAll = async () => {
    while (waiting.length > 0) {
      const now = waiting.slice(0, MOST_AT_ONCE);
      waiting = waiting.slice(MOST_AT_ONCE);
      try {
        await write(now.map(({ item }) => item));
        for (const { done } of now) done.resolve();
      } catch (error) {
        for (const { done } of now) done.reject(error);
      }
    }
    isWriting = false;
  };
  return (item) => {
    const done = Promise.withResolvers<void>();
    waiting.push({ item, done });
    if (!isWriting) {
      isWriting = true;
      setImmediate(() => void writeAll());
    }
    return done.promise;
  };
}
