import { setTimeout } from 'node:timers/promises';
import { putBatches } from '../../src/adapters/dynamodb/batch-writes.ts';
import { type Item, paymentItem, transactionItem } from '../../src/adapters/dynamodb/items.ts';
import type { Table } from '../../src/adapters/dynamodb/table.ts';
import type { Change } from '../../src/ports/commits.ts';

/** More at once only wait in an engine that writes one call after the other. */
const AT_ONCE = 200;
const MOST_TRIES = 20;
const PAUSE_MS = 1_000;

/**
 * Writes the payments and transactions of commits as the last of them left each, many in a call and without guards. What else they write
 * (claims, links, entries, sums, events) no file is held against and no export of payments reads; with it, an engine that syncs
 * each item to disk takes ten times as long.
 */
export async function fillTable(table: Table, changes: readonly Change[]): Promise<void> {
  const items = new Map<string, Item>();
  for (const { payment, transactions } of changes) {
    if (payment !== undefined) items.set(payment.next.id, paymentItem(payment.next));
    for (const { next } of transactions) items.set(next.id, transactionItem(next));
  }
  const all = [...items.values()];
  for (let first = 0; first < all.length; first += AT_ONCE)
    await patiently(() => putBatches(table, all.slice(first, first + AT_ONCE)));
}

/** Puts may be done twice, and an engine beside other work may be silent for longer than a server waits for it. */
async function patiently(put: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await put();
    } catch (fault) {
      if (tries === MOST_TRIES) throw fault;
      await setTimeout(PAUSE_MS);
    }
  }
}
