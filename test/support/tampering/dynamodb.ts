import {
  BatchWriteCommand,
  DeleteCommand,
  type DynamoDBDocumentClient,
  PutCommand,
  ScanCommand,
  type ScanCommandOutput,
} from '@aws-sdk/lib-dynamodb';
import { auditEntryOf, auditItem } from '../../../src/adapters/dynamodb/audit-items.ts';
import {
  aggregateItem,
  aggregateOf,
  type Item,
  paymentItem,
  paymentOf,
  transactionItem,
  transactionOf,
} from '../../../src/adapters/dynamodb/items.ts';
import { ledgerEntryOf, ledgerItem } from '../../../src/adapters/dynamodb/ledger-items.ts';
import { ledgerTalliesIn } from '../../../src/adapters/dynamodb/ledger-tallies.ts';
import { dynamodbStorage } from '../../../src/adapters/dynamodb/storage.ts';
import { aggregateHistory, historyPartition, type ItemKey } from '../../../src/adapters/dynamodb/table.ts';
import { talliesIn } from '../../../src/adapters/dynamodb/tally-items.ts';
import type { AggregateKind } from '../../../src/domain/kernel/aggregate-kind.ts';
import { storedCurrency } from '../../../src/domain/kernel/currency.ts';
import type { MerchantId } from '../../../src/domain/kernel/ids.ts';
import { parseId } from '../../../src/domain/kernel/ids.ts';
import type { Whole } from '../../../src/domain/kernel/json.ts';
import { ACCOUNTS, type Account } from '../../../src/domain/ledger/ledger.ts';
import type { LedgerTally } from '../../../src/domain/ledger/ledger-tally.ts';
import type { Hand, Row, Stored, TamperedStore } from './tampering.ts';

type StoredItem = Item & ItemKey;
type Table = Readonly<{ client: DynamoDBDocumentClient; table: string }>;

/** A table that is this store's alone, and a hand with the console's rights. */
export function tamperedDynamoDb(at: Table): TamperedStore & Readonly<{ at: Table }> {
  const storage = dynamodbStorage(at);
  return {
    at,
    storage,
    async hand() {
      const before = await itemsIn(at);
      const hand: Hand = {
        rows: async (kind) => (await itemsIn(at)).flatMap((item) => rowsIn(at, kind, item)),
        insert: (kind, value) => put(at, INSERTED[kind](value as never)),
        restore: async () => restore(at, before, await itemsIn(at)),
      };
      return hand;
    },
    close: () => storage.close(),
  };
}

/** Every item of a table. */
export async function itemsIn({ client, table: TableName }: Table): Promise<readonly StoredItem[]> {
  const items: StoredItem[] = [];
  let next: Item | undefined;
  do {
    const page: ScanCommandOutput = await client.send(
      new ScanCommand({
        TableName,
        ConsistentRead: true,
        ...(next === undefined ? {} : { ExclusiveStartKey: next }),
      }),
    );
    items.push(...((page.Items ?? []) as unknown as StoredItem[]));
    next = page.LastEvaluatedKey;
  } while (next !== undefined);
  return items;
}

export const put = ({ client, table: TableName }: Table, item: Item) =>
  client.send(new PutCommand({ TableName, Item: { ...item } }));

export const remove = ({ client, table: TableName }: Table, { pk, sk }: ItemKey) =>
  client.send(new DeleteCommand({ TableName, Key: { pk, sk } }));

/** Writes what differs, and deletes what was not there. */
async function restore(
  { client, table }: Table,
  before: readonly StoredItem[],
  now: readonly StoredItem[],
): Promise<void> {
  const keyOf = ({ pk, sk }: ItemKey) => `${pk} ${sk}`;
  const textOf = (item: Item) =>
    JSON.stringify(
      Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)),
      (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value),
    );
  const texts = new Map(now.map((item) => [keyOf(item), textOf(item)]));
  const kept = new Set(before.map(keyOf));
  const requests = [
    ...before
      .filter((item) => texts.get(keyOf(item)) !== textOf(item))
      .map((Item) => ({ PutRequest: { Item } })),
    ...now
      .filter((item) => !kept.has(keyOf(item)))
      .map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } })),
  ];
  for (let from = 0; from < requests.length; from += 25)
    await client.send(new BatchWriteCommand({ RequestItems: { [table]: requests.slice(from, from + 25) } }));
}

const INSERTED: Readonly<{ [Kind in Parameters<Hand['insert']>[0]]: (value: Stored[Kind]) => Item }> = {
  payment: paymentItem,
  link: (link) => auditItem(link, historyOf(link), 'short'),
  aggregate: ({ owner, aggregate }) => aggregateItem(owner, aggregate, '0'.repeat(32)),
  entry: ledgerItem,
};

function historyOf({ entityType, entityId, merchantId }: Stored['link']): string {
  if (entityType === 'transaction')
    throw new Error('the payment of a transaction is not known from its link');
  const payment = parseId('pay', entityId);
  return entityType !== 'payment'
    ? aggregateHistory(merchantId, entityType, entityId)
    : historyPartition(merchantId, payment ?? (entityId as never));
}

/** What an item stands for, when it is of the kind: by how its keys are made. */
function rowsIn<Kind extends keyof Stored>(
  at: Table,
  kind: Kind,
  item: StoredItem,
): readonly Row<Stored[Kind]>[] {
  const [merchant = '', letter = '', place = ''] = item.pk.split('#');
  const merchantId = merchant as MerchantId;
  const replacing = (written: (next: never) => Item) => async (next: unknown) => {
    await remove(at, item);
    if (next !== undefined) await put(at, written(next as never));
  };
  const row = (of: keyof Stored, value: () => unknown, written: (next: never) => Item) =>
    of === kind ? [{ value: value() as Stored[Kind], put: replacing(written) }] : [];
  switch (letter) {
    case 'P':
      return row('payment', () => paymentOf(item), paymentItem);
    case 'X':
      return item.sk.startsWith('T#')
        ? row('transaction', () => transactionOf(item), transactionItem)
        : row(
            'link',
            () => auditEntryOf(item),
            (next: Stored['link']) =>
              auditItem(next, item.pk.replace(`${merchantId}#`, `${next.merchantId}#`), 'short'),
          );
    case 'A':
      return row(
        'aggregate',
        () => ({ owner: merchantId, aggregate: aggregateOf(place as AggregateKind, item) }),
        ({ owner, aggregate }: Stored['aggregate']) =>
          aggregateItem(owner, aggregate, String(item['change_id'])),
      );
    case 'L':
      return row('entry', () => ledgerEntryOf(item, merchantId), ledgerItem);
    case 'B':
      return item['available'] === undefined
        ? []
        : row(
            'balance',
            () => balanceOf(merchantId, item),
            (next: Stored['balance']) => ({
              ...item,
              ...Object.fromEntries(ACCOUNTS.map((account) => [account, next[account]])),
            }),
          );
    case 'T':
      return kind !== 'tally'
        ? []
        : talliesIn(merchantId, [item]).map((value) => ({
            value: value as Stored[Kind],
            put: async (next) => {
              const nothing = { count: 0, amount: 0n, captured: 0n, refunded: 0n };
              const kept = (next ?? { ...value, ...nothing }) as Stored['tally'];
              const { status, count, amount, captured, refunded } = kept;
              const sums = { count, amount, captured, refunded };
              await put(at, {
                ...item,
                ...Object.fromEntries(Object.entries(sums).map(([name, sum]) => [`${status}#${name}`, sum])),
              });
            },
          }));
    case 'LT':
      return kind !== 'ledgerTally'
        ? []
        : ledgerTalliesIn(merchantId, [item]).map((value) => ({
            value: value as Stored[Kind],
            put: async (next) => {
              const { type, count, amount } = (next ?? { ...value, count: 0, amount: 0n }) as LedgerTally;
              await put(at, { ...item, [`${type}#count`]: count, [`${type}#amount`]: amount });
            },
          }));
    default:
      return [];
  }
}

const balanceOf = (merchantId: MerchantId, item: StoredItem): Stored['balance'] => ({
  merchantId,
  currency: storedCurrency(item.sk),
  ...(Object.fromEntries(
    ACCOUNTS.map((account) => [account, BigInt((item[account] ?? 0) as Whole)]),
  ) as Record<Account, bigint>),
});
