import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { auditItem, type Item } from '../../src/adapters/dynamodb/items.ts';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import {
  aggregateKey,
  auditKey,
  historyPartition,
  type ItemKey,
  ledgerPartitions,
  paymentKey,
  tenantKey,
  trailKey,
} from '../../src/adapters/dynamodb/table.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import type { IntegrityFinding } from '../../src/application/integrity/integrity-finding.ts';
import { type AuditEntry, auditTrailChain } from '../../src/domain/kernel/audit-entry.ts';
import type { PaymentId } from '../../src/domain/kernel/ids.ts';
import { aMerchantId, digests, NOON } from '../fixtures/changes.ts';
import { aBusyStore } from '../support/busy-store.ts';
import { freshTable } from '../support/dynamodb-tables.ts';

let engine: EmbeddedServer;
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => engine.stop());

const A = aMerchantId('merchant-a');
const B = aMerchantId('merchant-b');

/** The store and what somebody with access to the table could do to it. */
async function aBook() {
  const { client, table } = await freshTable(engine.url);
  const storage = dynamodbStorage({ client, table });
  const TableName = table;
  const get = async ({ pk, sk }: ItemKey): Promise<Item> => {
    const { Item } = await client.send(new GetCommand({ TableName, Key: { pk, sk }, ConsistentRead: true }));
    if (Item === undefined) throw new Error(`there is no ${pk} ${sk}`);
    return Item;
  };
  const put = (item: Item) => client.send(new PutCommand({ TableName, Item: { ...item } }));
  const remove = ({ pk, sk }: ItemKey) => client.send(new DeleteCommand({ TableName, Key: { pk, sk } }));
  return {
    ...(await aBusyStore(storage)),
    storage,
    get,
    put,
    remove,
    /** The text that is inside of records edited. */
    edit: async (key: ItemKey, from: string | RegExp, to: string) => {
      const item = await get(key);
      const record = String(item['record']).replace(from, to);
      if (record === item['record']) throw new Error(`${key.pk} has no ${String(from)}`);
      await put({ ...item, record });
    },
    set: ({ pk, sk }: ItemKey, name: string, value: unknown) =>
      client.send(
        new UpdateCommand({
          TableName,
          Key: { pk, sk },
          UpdateExpression: 'SET #n = :v',
          ExpressionAttributeNames: { '#n': name },
          ExpressionAttributeValues: { ':v': value },
        }),
      ),
    partition: async (pk: string): Promise<readonly (Item & ItemKey)[]> => {
      const query = new QueryCommand({
        TableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
      });
      return ((await client.send(query)).Items ?? []) as unknown as readonly (Item & ItemKey)[];
    },
    where: async (prefix: string): Promise<readonly (Item & ItemKey)[]> => {
      const scan = new ScanCommand({
        TableName,
        FilterExpression: 'begins_with(pk, :p)',
        ExpressionAttributeValues: { ':p': prefix },
      });
      return ((await client.send(scan)).Items ?? []) as unknown as readonly (Item & ItemKey)[];
    },
    close: () => storage.close(),
  };
}

type Book = Awaited<ReturnType<typeof aBook>>;
type Found = Omit<Partial<IntegrityFinding>, 'kind' | 'detail'>;
type Mutation = readonly [
  title: string,
  mutate: (book: Book) => Promise<unknown>,
  found: (book: Book) => Found,
];

const linkKey = (id: PaymentId, sequence: number): ItemKey =>
  auditKey(historyPartition(A, id), { entityId: id, sequence });

const linkAt = async ({ get }: Book, id: PaymentId, sequence: number) =>
  JSON.parse(String((await get(linkKey(id, sequence)))['record'])) as AuditEntry;

const lengthOf = async ({ partition }: Book, id: PaymentId) =>
  (await partition(historyPartition(A, id))).filter(({ sk }) => sk.startsWith(`A#${id}`)).length;

const entriesOf = async ({ partition }: Book, type: string, merchantId = A) =>
  (await Promise.all(ledgerPartitions(merchantId).map(partition)))
    .flat()
    .filter(({ record }) => String(record).includes(`"type":"${type}"`));

const first = <Value>([value]: readonly Value[]): Value => {
  if (value === undefined) throw new Error('the table lacks what the test is about');
  return value;
};

const MUTATIONS: readonly Mutation[] = [
  [
    'an edited payment',
    ({ edit, refunded }) => edit(paymentKey(A, refunded), '"refunded_amount":2000', '"refunded_amount":1999'),
    ({ refunded }) => ({ merchantId: A, row: 'payment', id: refunded, fault: 'differs' }),
  ],
  [
    'a deleted payment',
    ({ remove, captured }) => remove(paymentKey(A, captured)),
    ({ captured }) => ({ row: 'payment', id: captured, fault: 'absent' }),
  ],
  [
    'a payment deleted with its transactions and links',
    async ({ remove, partition, declined }) => {
      await remove(paymentKey(A, declined));
      for (const item of await partition(historyPartition(A, declined))) await remove(item);
    },
    () => ({ row: 'summary', id: '2026-03-01 USD failed', fault: 'sum' }),
  ],
  [
    'a payment moved to another tenant with all that belongs to it',
    async ({ remove, put, get, partition, declined }) => {
      const payment = await get(paymentKey(A, declined));
      await put({ ...payment, ...paymentKey(B, declined) });
      await remove(paymentKey(A, declined));
      for (const item of await partition(historyPartition(A, declined))) {
        await put({ ...item, pk: historyPartition(B, declined) });
        await remove(item);
      }
    },
    () => ({ merchantId: A, row: 'payment', fault: 'absent' }),
  ],
  [
    'a payment shown to another tenant too',
    async ({ put, get, refunded }) =>
      put({ ...(await get(paymentKey(A, refunded))), ...paymentKey(B, refunded) }),
    ({ refunded }) => ({ merchantId: B, row: 'payment', id: refunded, fault: 'foreign' }),
  ],
  [
    'an edited transaction',
    async ({ edit, partition, refunded }) => {
      const items = await partition(historyPartition(A, refunded));
      await edit(first(items.filter(({ sk }) => sk.startsWith('T#'))), 'Approved', 'Refused');
    },
    () => ({ row: 'transaction', fault: 'differs' }),
  ],
  [
    'a deleted transaction',
    async ({ remove, partition, refunded }) => {
      const items = await partition(historyPartition(A, refunded));
      await remove(first(items.filter(({ sk }) => sk.startsWith('T#'))));
    },
    () => ({ row: 'audit_entry', fault: 'orphaned' }),
  ],
  [
    'an edited link',
    ({ edit, refunded }) => edit(linkKey(refunded, 2), 'user-1', 'user-2'),
    ({ refunded }) => ({ row: 'payment', id: refunded, sequence: 2, fault: 'edited' }),
  ],
  [
    'a deleted link',
    ({ remove, refunded }) => remove(linkKey(refunded, 2)),
    ({ refunded }) => ({ row: 'payment', id: refunded, sequence: 2, fault: 'missing' }),
  ],
  [
    'a chain without its end',
    async (book) => book.remove(linkKey(book.refunded, await lengthOf(book, book.refunded))),
    ({ refunded }) => ({ row: 'payment', id: refunded, fault: 'cut' }),
  ],
  [
    'a chain and its head set back together',
    async (book) => {
      const length = await lengthOf(book, book.refunded);
      const before = await linkAt(book, book.refunded, length - 1);
      await book.remove(linkKey(book.refunded, length));
      const key = paymentKey(A, book.refunded);
      await book.edit(key, `"version":${length}`, `"version":${length - 1}`);
      await book.set(key, 'audit_hash', before.hash);
    },
    ({ refunded }) => ({ row: 'payment', id: refunded, fault: 'differs' }),
  ],
  [
    'two links in each other’s place',
    async ({ get, put, refunded }) => {
      const [second, third] = [await get(linkKey(refunded, 2)), await get(linkKey(refunded, 3))];
      await put({ ...second, ...linkKey(refunded, 3) });
      await put({ ...third, ...linkKey(refunded, 2) });
    },
    ({ refunded }) => ({ row: 'payment', id: refunded, sequence: 2, fault: 'missing' }),
  ],
  [
    'a link inserted at the end, well sealed',
    async (book) => {
      const length = await lengthOf(book, book.refunded);
      const last = await linkAt(book, book.refunded, length);
      const more = { ...last, id: systemIds.auditEntry(NOON), sequence: length + 1, previousHash: last.hash };
      await book.put(
        auditItem(auditTrailChain.seal(more, digests.sha256), historyPartition(A, book.refunded)),
      );
    },
    ({ refunded }) => ({ row: 'payment', id: refunded, fault: 'cut' }),
  ],
  [
    'a link of nothing that exists',
    async (book) => {
      const link = await linkAt(book, book.refunded, 1);
      const entityId = systemIds.payment(NOON);
      const forged = auditTrailChain.seal(
        { ...link, id: systemIds.auditEntry(NOON), entityId },
        digests.sha256,
      );
      await book.put(auditItem(forged, historyPartition(A, entityId)));
    },
    () => ({ row: 'payment', fault: 'absent' }),
  ],
  [
    'a forged copy of a link, listed in its place',
    async (book) => {
      const link = await linkAt(book, book.refunded, 1);
      const forged = { ...auditItem({ ...link, action: 'payment.failed' }, 'nowhere'), ...trailKey(link) };
      await book.put(forged);
      await book.set(linkKey(book.refunded, 1), 'trail', 'nobody');
    },
    () => ({ row: 'audit_entry', fault: 'orphaned' }),
  ],
  [
    'a link given to another tenant',
    async ({ get, put, remove, refunded }) => {
      const link = await get(linkKey(refunded, 1));
      await put({ ...link, pk: historyPartition(B, refunded) });
      await remove(linkKey(refunded, 1));
    },
    ({ refunded }) => ({ merchantId: A, row: 'payment', id: refunded, sequence: 1, fault: 'missing' }),
  ],
  [
    'an edited merchant',
    ({ edit }) => edit(aggregateKey(B, 'merchant', B), '"name":"merchant-b"', '"name":"Mallory"'),
    () => ({ row: 'merchant', id: B, fault: 'differs' }),
  ],
  [
    'a deleted merchant',
    async ({ remove }) => {
      await remove(aggregateKey(A, 'merchant', A));
      await remove(tenantKey(A));
    },
    () => ({ row: 'merchant', id: A, fault: 'absent' }),
  ],
  [
    'a transfer that was less',
    ({ edit, sent }) => edit(aggregateKey(A, 'transfer', sent), '"amount":1200', '"amount":200'),
    ({ sent }) => ({ merchantId: A, row: 'transfer', id: sent, fault: 'differs' }),
  ],
  [
    'a transfer deleted at its receiver',
    ({ remove, sent }) => remove(aggregateKey(B, 'transfer', sent)),
    () => ({ merchantId: B, row: 'ledger_entry', fault: 'orphaned' }),
  ],
  [
    'a deleted ledger entry',
    async (book) => book.remove(first(await entriesOf(book, 'fee'))),
    () => ({ row: 'ledger_entry', fault: 'absent' }),
  ],
  [
    'an edited ledger entry',
    async (book) => book.edit(first(await entriesOf(book, 'transfer_in', B)), '1200', '9200'),
    ({ sent }) => ({ merchantId: B, row: 'ledger_entry', id: sent, fault: 'absent' }),
  ],
  [
    'a ledger entry twice',
    async (book) => {
      const entry = first(await entriesOf(book, 'capture'));
      const { created_at } = JSON.parse(String(entry['record'])) as { created_at: number };
      await book.put({ ...entry, sk: systemIds.ledgerEntry(created_at) });
    },
    () => ({ row: 'ledger_entry', fault: 'orphaned' }),
  ],
  [
    'an edited part of a balance',
    async ({ where, set }) => {
      const part = first((await where(`${A}#B#`)).filter((item) => item['fees'] !== undefined));
      await set(part, 'fees', 0);
    },
    () => ({ merchantId: A, row: 'balance', id: 'USD', fault: 'sum' }),
  ],
  [
    'a deleted part of a balance',
    async ({ where, remove }) => remove(first(await where(`${B}#B#`))),
    () => ({ merchantId: B, row: 'balance', id: 'USD', fault: 'sum' }),
  ],
  [
    'an edited summary',
    async ({ where, set }) => {
      const part = first((await where(`${B}#T#`)).filter((item) => item['succeeded#count'] !== undefined));
      await set(part, 'succeeded#count', 7);
    },
    () => ({ merchantId: B, row: 'summary', id: '2026-03-01 USD succeeded', fault: 'sum' }),
  ],
  [
    'a record with a status that there is not',
    ({ edit, declined }) => edit(paymentKey(A, declined), '"status":"failed"', '"status":"paid"'),
    () => ({ fault: 'unreadable' }),
  ],
];

it('finds nothing wrong with what the use cases wrote', async () => {
  const { verify, close } = await aBook();
  expect((await verify())._unsafeUnwrap()).toMatchObject({
    merchants: 2,
    payments: 5,
    transactions: 9,
    links: 34,
    ledgerEntries: 10,
    unsettled: [],
  });
  await close();
});

it.each(MUTATIONS)('finds %s', async (_, mutate, found) => {
  const book = await aBook();
  await mutate(book);
  expect((await book.verify())._unsafeUnwrapErr()).toMatchObject({ kind: 'BadRow', ...found(book) });
  await book.close();
});
