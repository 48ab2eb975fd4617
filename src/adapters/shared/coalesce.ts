/** How items that arrive together share a trip. `run` answers every item of a batch, in the batch's order. */
export type Trip<Item, Result> = Readonly<{
  run: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** The most items in one batch. */
  most: number;
  /** How many batches may be under way at once. */
  lanes: number;
  /** Items that share a key never share a batch, and of two such the earlier goes first. */
  keysOf?: (item: Item) => readonly string[];
}>;

/**
 * One call, many callers. While a lane is free an item leaves with its tick, so nobody waits for company; while all
 * are busy items gather, so batches grow with the load and shrink with it. A `run` that rejects or throws, rejects
 * its batch.
 */
export function coalesce<Item, Result>(trip: Trip<Item, Result>): (item: Item) => Promise<Result> {
  type Waiting = Readonly<{
    item: Item;
    resolve: (result: Result) => void;
    reject: (fault: unknown) => void;
  }>;
  let waiting: Waiting[] = [];
  let underWay = 0;
  let planned = false;

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      plan();
    });

  function plan(): void {
    if (planned || underWay >= trip.lanes) return;
    planned = true;
    queueMicrotask(() => {
      planned = false;
      while (underWay < trip.lanes && waiting.length > 0) depart(takeBatch());
    });
  }

  function takeBatch(): readonly Waiting[] {
    if (trip.keysOf === undefined) return waiting.splice(0, trip.most);
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    const taken = new Set<string>();
    for (const each of waiting) {
      const keys = trip.keysOf(each.item);
      const joins = batch.length < trip.most && !keys.some((key) => taken.has(key));
      for (const key of keys) taken.add(key);
      (joins ? batch : left).push(each);
    }
    waiting = left;
    return batch;
  }

  function depart(batch: readonly Waiting[]): void {
    underWay += 1;
    Promise.try(() => trip.run(batch.map(({ item }) => item)))
      .then(
        (results) => {
          for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
        },
        (fault: unknown) => {
          for (const { reject } of batch) reject(fault);
        },
      )
      .finally(() => {
        underWay -= 1;
        plan();
      });
  }
}
