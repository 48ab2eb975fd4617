import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import {
  aggregateKeyText,
  chainKeyText,
  type MemoryStore,
  memoryStore,
} from '../../../src/adapters/memory/store.ts';
import type { Hand, Row, Stored, TamperedStore } from './tampering.ts';

/** A store in memory. */
export function tamperedMemory(): TamperedStore & Readonly<{ store: MemoryStore }> {
  const store = memoryStore();
  return {
    store,
    storage: memoryStorage(store),
    hand() {
      const before = Object.fromEntries(
        Object.entries(store).map(([name, part]) => [name, copyOf(part)]),
      ) as MemoryStore;
      const hand: Hand = {
        rows: (kind) => Promise.resolve(ROWS[kind](store) as readonly Row<Stored[typeof kind]>[]),
        insert: (kind, value) => INSERT[kind](store, value as never),
        restore: () => refill(store, before),
      };
      return Promise.resolve(hand);
    },
    close: () => {},
  };
}

const ROWS: Readonly<{ [Kind in keyof Stored]: (store: MemoryStore) => readonly Row<Stored[Kind]>[] }> = {
  payment: (store) =>
    [...store.payments.values()].map((value) => ({
      value,
      put(next) {
        store.payments.delete(value.id);
        for (const list of store.paymentsOf.values()) without(list, value);
        if (next !== undefined) INSERT.payment(store, next);
      },
    })),
  transaction: (store) => listed(store.transactionsOf.values()),
  link: (store) => listed(store.auditOf.values()),
  aggregate: (store) =>
    [...store.aggregates].map(([key, stored]) => ({
      value: { owner: stored.owner as Stored['aggregate']['owner'], aggregate: stored.aggregate },
      put(next) {
        store.aggregates.delete(key);
        if (next !== undefined) store.aggregates.set(key, sealed(store, { ...stored, ...next }));
      },
    })),
  entry: (store) =>
    [...store.entriesOf.values()].flat().map((value) => ({
      value,
      put(next) {
        for (const list of store.entriesOf.values()) without(list, value);
        if (next !== undefined) INSERT.entry(store, next);
      },
    })),
  balance: (store) => [...store.balances].map(([key, value]) => ({ value, put: into(store.balances, key) })),
  tally: (store) =>
    [...store.talliesOf.values()].flatMap((sums) =>
      [...sums].map(([key, value]) => ({ value, put: into(sums, key) })),
    ),
  ledgerTally: (store) =>
    [...store.ledgerTalliesOf.values()].flatMap((sums) =>
      [...sums].map(([key, value]) => ({ value, put: into(sums, key) })),
    ),
};

const INSERT: Readonly<{
  [Kind in Parameters<Hand['insert']>[0]]: (store: MemoryStore, value: Stored[Kind]) => void;
}> = {
  payment(store, payment) {
    store.payments.set(payment.id, payment);
    added(store.paymentsOf, payment.merchantId, payment);
  },
  link: (store, link) => added(store.auditOf, chainKeyText(link.entityType, link.entityId), link),
  aggregate: (store, { owner, aggregate }) =>
    void store.aggregates.set(
      aggregateKeyText(owner, aggregate.kind, aggregate.id),
      sealed(store, { owner, aggregate, changeId: '' }),
    ),
  entry: (store, entry) => added(store.entriesOf, entry.merchantId, sealed(store, entry)),
};

/** As on databases, where the hand writes what the adapter would. */
function sealed<Value extends object>({ written }: MemoryStore, value: Value): Value {
  written.add(value);
  return value;
}

const listed = <Value>(lists: Iterable<Value[]>): readonly Row<Value>[] =>
  [...lists].flatMap((list) =>
    [...list].map((value) => ({
      value,
      put(next: Value | undefined) {
        list.splice(list.indexOf(value), 1, ...(next === undefined ? [] : [next]));
      },
    })),
  );

const into =
  <Value>(map: Map<string, Value>, key: string) =>
  (value: Value | undefined) =>
    void (value === undefined ? map.delete(key) : map.set(key, value));

const without = <Value>(list: Value[], value: Value): void => {
  if (list.includes(value)) list.splice(list.indexOf(value), 1);
};

/** Where its id sorts. */
function added<Value extends Readonly<{ id: string }>>(
  lists: Map<string, Value[]>,
  key: string,
  value: Value,
) {
  const list = lists.get(key) ?? [];
  list.push(value);
  lists.set(
    key,
    list.sort((a, b) => (a.id < b.id ? -1 : 1)),
  );
}

/** Maps and lists copied, values shared: those never change. */
export function copyOf<Part>(part: Part): Part {
  if (part instanceof Map) return new Map([...part].map(([key, value]) => [key, copyOf(value)])) as Part;
  return (Array.isArray(part) ? [...part] : part) as Part;
}

/** Makes maps and lists hold what a copy of them holds. */
export function refill<Part>(part: Part, copy: Part): void {
  for (const name of Object.keys(part as object) as (keyof Part)[]) {
    const [now, before] = [part[name], copy[name]];
    if (now instanceof Map && before instanceof Map) {
      now.clear();
      for (const [key, value] of copyOf(before)) now.set(key, value);
    } else if (Array.isArray(now) && Array.isArray(before)) now.splice(0, now.length, ...copyOf(before));
  }
}
