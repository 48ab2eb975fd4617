import { setTimeout } from 'node:timers/promises';
import { putBatches } from '../../src/adapters/dynamodb/batch-writes.ts';
import type { Item } from '../../src/adapters/dynamodb/items.ts';
import {
  AUDIT_PREFIX,
  type ItemKey,
  type Table,
  TRANSACTION_PREFIX,
} from '../../src/adapters/dynamodb/table.ts';
import { writesOf } from '../../src/adapters/dynamodb/writes.ts';
import type { Change } from '../../src/ports/commits.ts';

/** More at once only wait in an engine that writes one call after the other. */
const AT_ONCE = 200;
const MOST_TRIES = 20;
const PAUSE_MS = 1_000;
/** How the sort keys begin of payments, and of what stands beside them. */
const READ = ['pay_', TRANSACTION_PREFIX, AUDIT_PREFIX];

/**
 * Writes the payments, transactions and links of commits as the last of them left each, many in a call and without guards. What else
 * they write (claims, entries, sums, events) is read neither at a file nor by an export of payments; with it, an engine that syncs each
 * item to disk takes three times as long.
 */
export async function fillTable(table: Table, changes: readonly Change[]): Promise<void> {
  const items = new Map<string, Item>();
  for (const change of changes)
    for (const { operation } of writesOf(table.name, change, 'short')) {
      const item = operation.Put?.Item as (Item & ItemKey) | undefined;
      if (item !== undefined && READ.some((prefix) => item.sk.startsWith(prefix)))
        items.set(`${item.pk} ${item.sk}`, item);
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
