import { type Condition, putItem } from './conditional-writes.ts';
import { withRetry } from './faults.ts';
import type { FinderKind } from './finders.ts';
import { type Item, sealedItem } from './items.ts';
import { SCHEMA_KEY, type Table } from './table.ts';

/** What this build reads and writes. Raise it with every change to keys or items that old items do not fit. */
export const SCHEMA_VERSION = 12;

/** How long an older version may serve beside the one that migrated. */
export const OLDER_VERSION_MS = 24 * 3_600_000;

/** What the table was brought to, with the times from which on all has what came with a version. */
export const schemaItem = (table: Table): Promise<Item | undefined> =>
  withRetry(table, async (abortSignal) => {
    const input = { TableName: table.name, Key: SCHEMA_KEY, ConsistentRead: true };
    return (await table.call('GetItem', input, abortSignal)).Item;
  });

/** Writes it with its seal, unless `name` is another by now than in the item that `stored` was read as. */
export function putSchema(
  table: Table,
  schema: Item,
  name: 'version' | 'finders_since' | 'amounts_since' | 'ledger_tallied_since',
  stored: Item | undefined,
): Promise<boolean> {
  const { seal: _, ...item } = schema;
  return putItem(table, {
    Item: sealedItem('schema', { ...item, ...SCHEMA_KEY }),
    ...still(name, stored?.[name]),
  });
}

const still = (name: string, value: unknown): Condition =>
  value === undefined
    ? { ConditionExpression: `attribute_not_exists(${name})` }
    : { ConditionExpression: `${name} = :value`, ExpressionAttributeValues: { ':value': value } };

/**
 * The attributes that say from when on payments have their finders of a kind, none lacking one where it is 0; from when on until then they
 * may lack them; and how far the run has come that makes them.
 */
export const FINDER_TIMES = {
  of_more: { since: 'finders_since', missingFrom: 'finders_missing_from', at: 'finders_at' },
  of_amount: { since: 'amounts_since', missingFrom: 'amounts_missing_from', at: 'amounts_at' },
} as const satisfies Readonly<Record<FinderKind, object>>;
