import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import { TALLIED_TYPES } from '../../domain/ledger/ledger-tally.ts';
import { withRetry } from './faults.ts';
import type { Item } from './items.ts';
import { ledgerEntryOf, TALLIED } from './ledger-items.ts';
import { ledgerTallyAdditions } from './ledger-tallies.ts';
import { putSchema, schemaItem } from './schema-item.ts';
import { shards } from './shards.ts';
import { updateOf } from './sums.ts';
import type { ItemKey, Table } from './table.ts';
import { writeOnce } from './transactions.ts';

/** How many parts of the table are read at once, and how many entries of each are tallied at once. */
const SEGMENTS = 4;
const WIDTH = 8;

/**
 * Adds every entry to its tally that says of itself that it is in none, and notes on it that it is, in one step: so each is in once,
 * whatever commits meanwhile, and a run that broke off is gone on with. True when there were any. An older version that still serves
 * writes such entries: they are tallied by `tallyLateEntries`.
 */
export async function tallyEntries(table: Table): Promise<boolean> {
  const found = await Promise.all(shards(SEGMENTS).map((segment) => tallySegment(table, segment)));
  return found.includes(true);
}

/** Tallies those that an older version left out, once none serves any more. False when none is left out, or it is too early. */
export async function tallyLateEntries(table: Table, now: Instant): Promise<boolean> {
  const schema = await schemaItem(table);
  const since = Number(schema?.['ledger_tallied_since'] ?? 0);
  if (schema === undefined || since === 0 || now <= since) return false;
  await tallyEntries(table);
  return putSchema(table, { ...schema, ledger_tallied_since: 0 }, 'ledger_tallied_since', schema);
}

async function tallySegment(table: Table, segment: number): Promise<boolean> {
  let isAny = false;
  let next: Item | undefined;
  do {
    const { Items: items = [], LastEvaluatedKey } = await withRetry(table, (abortSignal) =>
      table.call(
        'Scan',
        { ...untallied(table, segment), ...present({ ExclusiveStartKey: next }) },
        abortSignal,
      ),
    );
    for (let at = 0; at < items.length; at += WIDTH)
      await Promise.all(items.slice(at, at + WIDTH).map((item) => tallyEntry(table, item as Item & ItemKey)));
    isAny ||= items.length > 0;
    next = LastEvaluatedKey;
  } while (next !== undefined);
  return isAny;
}

/** A type is what an entry's record begins with. */
const untallied = (table: Table, segment: number) => ({
  TableName: table.name,
  ConsistentRead: true,
  Segment: segment,
  TotalSegments: SEGMENTS,
  FilterExpression: `begins_with(sk, :entry) AND attribute_not_exists(${TALLIED}) AND (${TALLIED_TYPES.map(
    (_, index) => `begins_with(#record, :t${index})`,
  ).join(' OR ')})`,
  ExpressionAttributeNames: { '#record': 'record' },
  ExpressionAttributeValues: {
    ':entry': 'led_',
    ...Object.fromEntries(TALLIED_TYPES.map((type, index) => [`:t${index}`, `{"type":"${type}",`])),
  },
});

async function tallyEntry(table: Table, item: Item & ItemKey): Promise<void> {
  const { pk, sk } = item;
  const [merchant = ''] = pk.split('#');
  const additions = ledgerTallyAdditions([ledgerEntryOf(item, merchant as MerchantId)]);
  await writeOnce(table, [
    {
      Update: {
        TableName: table.name,
        Key: { pk, sk },
        UpdateExpression: `SET ${TALLIED} = :once`,
        ConditionExpression: `attribute_exists(pk) AND attribute_not_exists(${TALLIED})`,
        ExpressionAttributeValues: { ':once': 1 },
      },
    },
    ...additions.map((addition) => ({ Update: updateOf(table.name, addition) })),
  ]);
}
