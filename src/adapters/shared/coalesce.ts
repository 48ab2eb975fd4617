import { LONGEST_WAIT_MS, overloaded } from './overload.ts';
import type { StoreGate } from './store-gate.ts';

/** How items that arrive together share a trip. `run` answers every item of a batch, in the batch's order. */
export type Trip<Item, Result> = Readonly<{
  run: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** The most items in one batch. */
  most: number;
  /** How many batches may be under way at once. */
  lanes: number;
  /** Items that share a key never share a batch, and of two such the earlier goes first. */
  keysOf?: (item: Item) => readonly string[];
  /** How many items may wait for a lane, 10 000 unless it says otherwise. */
  mostWaiting?: number;
  /** Of the store that is asked: while it is silent nothing waits for it. */
  gate?: Pick<StoreGate, 'isSilent' | 'onSilence'> | undefined;
}>;

const MOST_WAITING = 10_000;

/**
 * One call, many callers. While a lane is free an item leaves with its tick, so no caller waits for company; while all
 * are busy items gather, so batches grow with the load and shrink with it. A `run` that rejects or throws, rejects
 * its batch. An item that finds too many others waiting, waits longer than `LONGEST_WAIT_MS` or for a store that is silent, is
 * rejected with `overloaded` and never begun: what waits is bounded in length and in age.
 */
export function coalesce<Item, Result>(trip: Trip<Item, Result>): (item: Item) => Promise<Result> {
  type Waiting = Readonly<{
    item: Item;
    since: number;
    resolve: (result: Result) => void;
    reject: (fault: unknown) => void;
  }>;
  const { mostWaiting = MOST_WAITING } = trip;
  /** By arrival. */
  let waiting: Waiting[] = [];
  let underWay = 0;
  let planned = false;
  let expiry: NodeJS.Timeout | undefined;

  trip.gate?.onSilence(() => {
    for (const { reject } of waiting.splice(0)) reject(overloaded('does not answer'));
  });

  return (item) =>
    new Promise((resolve, reject) => {
      if (trip.gate?.isSilent() === true) {
        reject(overloaded('does not answer'));
        return;
      }
      if (waiting.length >= mostWaiting) {
        reject(overloaded('too many wait'));
        return;
      }
      waiting.push({ item, since: performance.now(), resolve, reject });
      plan();
    });

  function plan(): void {
    if (planned) return;
    if (underWay >= trip.lanes) {
      watch();
      return;
    }
    planned = true;
    queueMicrotask(() => {
      planned = false;
      while (underWay < trip.lanes && waiting.length > 0) depart(takeBatch());
      watch();
    });
  }

  /** One timer, for the item that has waited longest. */
  function watch(): void {
    const [oldest] = waiting;
    if (expiry !== undefined || oldest === undefined) return;
    expiry = setTimeout(
      () => {
        expiry = undefined;
        const latest = performance.now() - LONGEST_WAIT_MS;
        const stays = waiting.findIndex(({ since }) => since > latest);
        const late = waiting.splice(0, stays === -1 ? waiting.length : stays);
        for (const { reject } of late) reject(overloaded('waited too long'));
        watch();
      },
      Math.max(1, oldest.since + LONGEST_WAIT_MS - performance.now()),
    );
    expiry.unref();
  }

  function takeBatch(): readonly Waiting[] {
    const { keysOf, most } = trip;
    if (keysOf === undefined) return waiting.splice(0, most);
    const batch: Waiting[] = [];
    const left: Waiting[] = [];
    const taken = new Set<string>();
    let seen = 0;
    for (const each of waiting) {
      if (batch.length === most) break;
      seen += 1;
      const keys = keysOf(each.item);
      const joins = !keys.some((key) => taken.has(key));
      for (const key of keys) taken.add(key);
      (joins ? batch : left).push(each);
    }
    waiting = [...left, ...waiting.slice(seen)];
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
