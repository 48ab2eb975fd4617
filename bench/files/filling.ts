import { putBatches } from '../../src/adapters/dynamodb/batch-writes.ts';
import { updateItem } from '../../src/adapters/dynamodb/conditional-writes.ts';
import type { Item } from '../../src/adapters/dynamodb/items.ts';
import { balanceAdditions } from '../../src/adapters/dynamodb/ledger-items.ts';
import { updateOf } from '../../src/adapters/dynamodb/sums.ts';
import type { Table } from '../../src/adapters/dynamodb/table.ts';
import { tallyAdditions } from '../../src/adapters/dynamodb/tally-items.ts';
import { writesOf } from '../../src/adapters/dynamodb/writes.ts';
import type { Change } from '../../src/ports/commits.ts';

/** More at once only wait in an engine that writes one call after the other. */
const AT_ONCE = 200;

/**
 * Leaves a table as commits of payments that nothing else changes would leave it: each item once, as the last of them wrote it, many in
 * a call and without guards, and what they add to sums added up before. A transaction for each would take an engine ten times as long.
 */
export async function fillTable(table: Table, changes: readonly Change[]): Promise<void> {
  const [first] = changes;
  if (first === undefined) return;
  const items = new Map<string, Item>();
  for (const change of changes)
    for (const { operation } of writesOf(table.name, change)) {
      const item = operation.Put?.Item as Item | undefined;
      if (item !== undefined) items.set(`${item['pk'] as string} ${item['sk'] as string}`, item);
    }
  const all = [...items.values()];
  for (let first = 0; first < all.length; first += AT_ONCE)
    await putBatches(table, all.slice(first, first + AT_ONCE));
  const together: Change = {
    ...first,
    entries: changes.flatMap(({ entries }) => entries),
    tallies: changes.flatMap(({ tallies }) => tallies),
  };
  for (const addition of [...balanceAdditions(together), ...tallyAdditions(together)]) {
    const { TableName: _name, ...update } = updateOf(table.name, addition);
    await updateItem(table, update);
  }
}
