import { ResultAsync } from 'neverthrow';

/**
 * Runs `task` over all items, at most `width` at once, and gives the results in the items' order. A task that throws
 * stops no other: what it threw, the first if there are several, comes out when all have ended.
 */
export function inParallel<Item, Done>(
  items: readonly Item[],
  width: number,
  task: (item: Item, index: number) => ResultAsync<Done, never>,
): ResultAsync<readonly Done[], never> {
  const done: Done[] = [];
  const defects: unknown[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < items.length; index = next++) {
      try {
        const result = await task(items[index] as Item, index);
        if (result.isOk()) done[index] = result.value;
      } catch (defect) {
        defects.push(defect);
      }
    }
  };
  const lanes = Array.from({ length: Math.min(width, items.length) }, lane);
  return ResultAsync.fromSafePromise(
    Promise.all(lanes).then(() => {
      if (defects.length > 0) throw defects[0];
      return done;
    }),
  );
}
