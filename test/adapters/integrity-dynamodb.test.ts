import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditEntryOf, auditItem } from '../../src/adapters/dynamodb/audit-items.ts';
import type { Item } from '../../src/adapters/dynamodb/items.ts';
import {
  auditKey,
  historyPartition,
  type ItemKey,
  paymentKey,
  trailKey,
} from '../../src/adapters/dynamodb/table.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { aMerchantId } from '../fixtures/changes.ts';
import { integrityContract } from '../scenarios/integrity.scenario.ts';
import { aBusyStore } from '../support/busy-store.ts';
import { freshTable } from '../support/dynamodb-tables.ts';
import { itemsIn, put, remove, tamperedDynamoDb } from '../support/tampering/dynamodb.ts';

let engine: EmbeddedServer;
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => engine.stop());

integrityContract('DynamoDB', async () => tamperedDynamoDb(await freshTable(engine.url)));

const A = aMerchantId('merchant-a');
const B = aMerchantId('merchant-b');

async function aBook() {
  const store = tamperedDynamoDb(await freshTable(engine.url));
  return { ...(await aBusyStore(store.storage)), at: store.at, close: store.close };
}

async function itemAt({ at }: Awaited<ReturnType<typeof aBook>>, { pk, sk }: ItemKey): Promise<Item> {
  const item = (await itemsIn(at)).find((each) => each.pk === pk && each.sk === sk);
  if (item === undefined) throw new Error(`there is no ${pk} ${sk}`);
  return item;
}

describe('what verify finds of items under other keys on DynamoDB', () => {
  it('finds a payment whose items were moved to another tenant and still name their own', async () => {
    const book = await aBook();
    const { at, declined } = book;
    const payment = await itemAt(book, paymentKey(A, declined));
    await put(at, { ...payment, ...paymentKey(B, declined) });
    await remove(at, paymentKey(A, declined));
    for (const item of await itemsIn(at)) {
      if (item.pk !== historyPartition(A, declined)) continue;
      await put(at, { ...item, pk: historyPartition(B, declined) });
      await remove(at, item);
    }
    expect((await book.verify())._unsafeUnwrapErr()).toMatchObject({
      kind: 'BadRow',
      merchantId: B,
      row: expect.stringMatching(/^(payment|transaction|audit_entry)$/) as string,
      fault: 'foreign',
    });
    await book.close();
  });

  it('finds a link alone that another tenant is shown too, whose place in the trail is its own', async () => {
    const book = await aBook();
    const key = auditKey(historyPartition(A, book.declined), { entityId: book.declined, sequence: 1 });
    await put(book.at, { ...(await itemAt(book, key)), pk: historyPartition(B, book.declined) });
    expect((await book.verify())._unsafeUnwrapErr()).toMatchObject({
      kind: 'BadRow',
      merchantId: B,
      row: 'audit_entry',
      fault: 'foreign',
    });
    await book.close();
  });

  it('finds a payment that another tenant is shown too', async () => {
    const book = await aBook();
    const payment = await itemAt(book, paymentKey(A, book.refunded));
    await put(book.at, { ...payment, ...paymentKey(B, book.refunded) });
    expect((await book.verify())._unsafeUnwrapErr()).toMatchObject({
      kind: 'BadRow',
      merchantId: B,
      row: 'payment',
      id: book.refunded,
      fault: 'foreign',
    });
    await book.close();
  });

  it('finds a forged copy of a link that the trail index lists in its place', async () => {
    const book = await aBook();
    const key = auditKey(historyPartition(A, book.refunded), { entityId: book.refunded, sequence: 1 });
    const item = await itemAt(book, key);
    const link = auditEntryOf(item);
    await put(book.at, {
      ...auditItem({ ...link, action: 'payment.failed' }, 'nowhere', 'short'),
      ...trailKey(link),
    });
    await put(book.at, { ...item, trail: 'nobody' });
    expect((await book.verify())._unsafeUnwrapErr()).toMatchObject({
      kind: 'BadRow',
      // Whichever of the two the scan meets first.
      fault: expect.stringMatching(/^(orphaned|edited)$/) as string,
    });
    await book.close();
  });
});
