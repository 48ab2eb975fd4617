import { NumberValue } from '@aws-sdk/lib-dynamodb';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { StoredFault, StoredRow, StoredRows } from '../../ports/stored-rows.ts';
import { attempt, withRetry } from './faults.ts';
import type { Item } from './items.ts';
import { type QueryPage, queryPage, type Read, within } from './reads.ts';
import { type JudgedItem, judgedEvent, judgedItem } from './stored-items.ts';
import { type ItemKey, outboxPartitions, parkedPartition, SCHEMA_KEY, type Table } from './table.ts';

const PAGE = 500;
const UNSENT = [...outboxPartitions(), parkedPartition()];

/** Where a walk stands: in a partition of unsent events, or behind them all in a scan of the table. */
type Cursor = Readonly<{ partition: number; start?: Item }>;

/** From when on no item is without its seal, by the seal's attribute. */
type Sealed = Readonly<Record<'seal' | 'failure_seal', Instant>>;

const sealedSince = (schema: Item | undefined): Sealed => ({
  seal: Number(schema?.['sealed_since'] ?? 0),
  failure_seal: Number(schema?.['failures_sealed_since'] ?? 0),
});

const NO_SCHEMA: StoredRow = {
  type: 'schema',
  id: SCHEMA_KEY.sk,
  fault: { fault: 'absent', detail: `item ${SCHEMA_KEY.pk}` },
};

/** The outbox, partition after partition, then the whole table, strongly consistent. */
export function dynamodbStoredRows(table: Table, read: Read): StoredRows {
  return {
    sealedSince: () => attempt(() => read(SCHEMA_KEY)).map((schema) => sealedSince(schema).seal),
    page: (after) =>
      attempt(async () => {
        const { partition, start }: Cursor =
          after === undefined ? { partition: 0 } : (JSON.parse(after) as Cursor);
        const schema = await read(SCHEMA_KEY);
        const since = sealedSince(schema);
        const pk = UNSENT[partition];
        const found =
          pk === undefined
            ? await scan(table, start)
            : await queryPage(table, {
                ...within(pk),
                Limit: PAGE,
                ...present({ ExclusiveStartKey: start }),
              });
        const next: Cursor | undefined =
          found.next !== undefined
            ? { partition, start: found.next }
            : pk === undefined
              ? undefined
              : { partition: partition + 1 };
        const items = found.items as readonly (Item & ItemKey)[];
        const rows = items.flatMap((item) => storedRow(item, since, pk));
        return {
          rows: next === undefined && schema === undefined ? [...rows, NO_SCHEMA] : rows,
          ...(next === undefined ? {} : { next: JSON.stringify(next) }),
        };
      }),
  };
}

async function scan(table: Table, start: Item | undefined): Promise<QueryPage> {
  const { Items = [], LastEvaluatedKey: next } = await withRetry(table, (abortSignal) =>
    table.call(
      'Scan',
      {
        TableName: table.name,
        ConsistentRead: true,
        Limit: PAGE,
        ...present({ ExclusiveStartKey: start }),
      },
      abortSignal,
    ),
  );
  return { items: Items, ...present({ next }) };
}

/** `partition` is the outbox's, where the item was read from one: a scan passes those over. */
function storedRow(item: Item & ItemKey, since: Sealed, partition: string | undefined): readonly StoredRow[] {
  if (partition === undefined && UNSENT.includes(item.pk)) return [];
  const [merchant = ''] = item.pk.split('#');
  const owner = merchant === '' ? undefined : (merchant as MerchantId);
  const id = MARKS.has(item.sk) && merchant !== '' ? item.pk : item.sk;
  const known = { id, ...present({ merchantId: owner }) };
  try {
    const judged =
      partition === undefined ? judgedItem(item) : judgedEvent(item, partition === UNSENT.at(-1));
    if (judged === undefined) return [];
    if (judged === 'unknown')
      return [{ ...known, type: 'row', fault: { fault: 'orphaned', detail: `item ${item.pk}` } }];
    const { value, merchantId = owner } = judged;
    const tenant = value.type === 'tenant' ? (item.sk as MerchantId) : (owner ?? eventTenant(judged));
    const fault = faultOf(item, judged, since, owner !== undefined && merchantId !== owner);
    return [{ id, ...present({ merchantId: tenant }), ...value, ...present({ fault }) }];
  } catch (fault) {
    const detail = fault instanceof Error ? fault.message : String(fault);
    return [{ ...known, type: 'row', fault: { fault: 'unreadable', detail: `item ${item.pk}: ${detail}` } }];
  }
}

/** What stands in place of an id where the partition says all: a claim, a window of a quota, a unique key. */
const MARKS: ReadonlySet<string> = new Set(['C', 'Q', 'K']);

/** What items of an older version lack, by the seal that came with it: of claims also the time at which their response is deleted. */
const LATER_ATTRIBUTES: Readonly<Record<string, keyof Sealed | undefined>> = {
  seal: 'seal',
  due_shard: 'seal',
  due_at: 'seal',
  failure_seal: 'failure_seal',
};

const eventTenant = ({ value }: JudgedItem): MerchantId | undefined =>
  value.type === 'event' ? value.event.merchantId : undefined;

function faultOf(
  item: Item,
  { written, begun }: JudgedItem,
  since: Sealed,
  isForeign: boolean,
): StoredFault | undefined {
  if (isForeign) return { fault: 'foreign', detail: `item ${String(item['pk'])}` };
  const mayLack = (name: string): boolean => {
    const seal = LATER_ATTRIBUTES[name];
    return seal !== undefined && begun !== undefined && begun < since[seal];
  };
  const name = [...new Set([...Object.keys(item), ...Object.keys(written)])].find(
    (each) => !mayLack(each) && !isSame(item[each], written[each]),
  );
  return name === undefined ? undefined : { fault: 'edited', detail: `attribute ${name}` };
}

/** The client reads numbers as the nearest double, or as bigint beyond 2^53. */
function isSame(actual: unknown, written: unknown): boolean {
  if (actual === undefined || written === undefined) return actual === written;
  if (written instanceof NumberValue) return Number(actual) === Number(written.value);
  return isNumber(actual) && isNumber(written) ? BigInt(actual) === BigInt(written) : actual === written;
}

const isNumber = (value: unknown): value is number | bigint =>
  typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
