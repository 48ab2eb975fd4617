import { NumberValue } from '@aws-sdk/lib-dynamodb';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { StoredFault, StoredRow, StoredRows } from '../../ports/stored-rows.ts';
import { attempt, withRetry } from './faults.ts';
import type { Item } from './items.ts';
import { TALLIED } from './ledger-items.ts';
import { type QueryPage, queryPage, type Read, within } from './reads.ts';
import { FINDER_TIMES } from './schema-item.ts';
import { type JudgedItem, judgedEvent, judgedItem } from './stored-items.ts';
import { type ItemKey, outboxPartitions, parkedPartition, SCHEMA_KEY, type Table } from './table.ts';

const PAGE = 500;
const UNSENT = [...outboxPartitions(), parkedPartition()];

/** How many parts of the table are scanned at once: as many pages are in memory. */
const SEGMENTS = 4;

/** A partition of unsent events, or a segment of the table, from `start` on. */
type Part = Readonly<({ partition: string } | { segment: number }) & { start?: Item }>;

/** The parts of a walk: first those of unsent events, and once all of them were read to their ends, those of the table. */
const FIRST_PARTS: readonly Part[] = UNSENT.map((partition) => ({ partition }));
const TABLE_PARTS: readonly Part[] = Array.from({ length: SEGMENTS }, (_, segment) => ({ segment }));

/** From when on no item is without its seal, by the seal's attribute, what is closed stands apart, and entries are tallied by their commits. */
type Sealed = Readonly<Record<'seal' | 'failure_seal' | 'closed_apart' | 'tallied', Instant>>;

const sealedSince = (schema: Item | undefined): Sealed => ({
  seal: Number(schema?.['sealed_since'] ?? 0),
  failure_seal: Number(schema?.['failures_sealed_since'] ?? 0),
  closed_apart: Number(schema?.['closed_apart_since'] ?? 0),
  tallied: Number(schema?.['ledger_tallied_since'] ?? Number.POSITIVE_INFINITY),
});

const NO_SCHEMA: StoredRow = {
  type: 'schema',
  id: SCHEMA_KEY.sk,
  fault: { fault: 'absent', detail: `item ${SCHEMA_KEY.pk}` },
};

/** The outbox, all of its partitions at once, then the whole table, a few segments at once, strongly consistent. */
export function dynamodbStoredRows(table: Table, read: Read): StoredRows {
  return {
    sealedSince: () => attempt(() => read(SCHEMA_KEY)).map((schema) => sealedSince(schema).seal),
    tracedSince: () =>
      attempt(() => read(SCHEMA_KEY)).map((schema) => Number(schema?.['claims_traced_since'] ?? 0)),
    findersSince: () =>
      attempt(() => read(SCHEMA_KEY)).map((schema) =>
        Math.max(
          ...Object.values(FINDER_TIMES).map(({ since }) =>
            Number(schema?.[since] ?? Number.POSITIVE_INFINITY),
          ),
        ),
      ),
    talliedSince: () => attempt(() => read(SCHEMA_KEY)).map((schema) => sealedSince(schema).tallied),
    page: (after) =>
      attempt(async () => {
        const parts = after === undefined ? FIRST_PARTS : (JSON.parse(after) as readonly Part[]);
        const schema = await read(SCHEMA_KEY);
        const since = sealedSince(schema);
        const pages = await Promise.all(parts.map((part) => pageOf(table, part)));
        const left = parts.flatMap((part, index): readonly Part[] => {
          const start = pages[index]?.next;
          return start === undefined ? [] : [{ ...part, start }];
        });
        const isOfUnsent = parts.some((part) => 'partition' in part);
        const next = left.length > 0 ? left : isOfUnsent ? TABLE_PARTS : undefined;
        const rows = parts.flatMap((part, index) => {
          const items = (pages[index]?.items ?? []) as readonly (Item & ItemKey)[];
          return items.flatMap((item) =>
            storedRow(item, since, 'partition' in part ? part.partition : undefined),
          );
        });
        return {
          rows: next === undefined && schema === undefined ? [...rows, NO_SCHEMA] : rows,
          ...(next === undefined ? {} : { next: JSON.stringify(next) }),
        };
      }),
  };
}

async function pageOf(table: Table, part: Part): Promise<QueryPage> {
  const from = { Limit: PAGE, ...present({ ExclusiveStartKey: part.start }) };
  if ('partition' in part) return queryPage(table, { ...within(part.partition), ...from });
  const { Items = [], LastEvaluatedKey: next } = await withRetry(table, (abortSignal) =>
    table.call(
      'Scan',
      {
        TableName: table.name,
        ConsistentRead: true,
        Segment: part.segment,
        TotalSegments: SEGMENTS,
        ...from,
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
  [TALLIED]: 'tallied',
};

const eventTenant = ({ value }: JudgedItem): MerchantId | undefined =>
  value.type === 'event' ? value.event.merchantId : undefined;

function faultOf(
  item: Item,
  { written: newest, older, begun }: JudgedItem,
  since: Sealed,
  isForeign: boolean,
): StoredFault | undefined {
  if (isForeign) return { fault: 'foreign', detail: `item ${String(item['pk'])}` };
  const written = older !== undefined && older.at < since.closed_apart ? older.written : newest;
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
