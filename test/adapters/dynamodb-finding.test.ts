import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { idOf } from '../../src/domain/kernel/ids.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening, aSuccess, NOON } from '../fixtures/changes.ts';
import { tamperWith } from '../support/dynamodb-faults.ts';
import { freshTable } from '../support/dynamodb-tables.ts';

let engine: EmbeddedServer;
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => engine.stop());

const customerId = idOf('cus', 'c'.repeat(32));
const metadata = { name: 'order', value: '1001' };

describe('payments found on DynamoDB', () => {
  let storage: Storage;
  /** What the table says it read and wrote, in items of payments and in its own units. */
  let cost: { payments: number; read: number; written: number };
  beforeEach(async () => {
    const at = await freshTable(engine.url);
    tamperWith(at.client, async ({ operation, body }, send) => {
      const reply = await send({ ...body, ReturnConsumedCapacity: 'TOTAL' });
      const { ScannedCount = 0, Item, Responses = {}, ConsumedCapacity = [] } = reply.body as Answer;
      const { ':pk': pk } = (body['ExpressionAttributeValues'] ?? {}) as Record<string, { S?: string }>;
      if (pk?.S?.includes('#P#')) cost.payments += ScannedCount;
      cost.payments += [...(Item === undefined ? [] : [Item]), ...Object.values(Responses).flat()].filter(
        ({ pk: { S } }) => S.includes('#P#'),
      ).length;
      const units = [ConsumedCapacity].flat().reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0);
      cost[operation === 'TransactWriteItems' ? 'written' : 'read'] += units;
      return reply;
    });
    storage = dynamodbStorage(at);
    return () => storage.close();
  });

  const store = async (parts: Parameters<typeof anOpening>[0]) => {
    const opening = anOpening(parts);
    cost = { payments: 0, read: 0, written: 0 };
    (await storage.commits.commit(opening.change))._unsafeUnwrap();
    return opening;
  };

  it('reads no payment but those that a customer, a pair or an amount finds, among however many others', async () => {
    for (let n = 0; n < 5; n += 1)
      await store({ createdAt: NOON + n, amount: 7_777n, customerId, metadata: { order: '1001' } });
    for (let n = 0; n < 120; n += 1)
      await store({ createdAt: NOON + n, amount: 500n, metadata: { order: `${2_000 + n}` } });
    for (const filter of [{ customerId }, { metadata }, { minAmount: 7_777n, maxAmount: 7_777n }]) {
      cost = { payments: 0, read: 0, written: 0 };
      expect(
        (await storage.payments.list(aMerchantId(), filter, { limit: 20 }))._unsafeUnwrap(),
      ).toHaveLength(5);
      expect(cost).toMatchObject({ payments: 5 });
      cost = { payments: 0, read: 0, written: 0 };
      expect((await storage.payments.list(aMerchantId(), filter, { limit: 2 }))._unsafeUnwrap()).toHaveLength(
        2,
      );
      expect(cost).toMatchObject({ payments: 2 });
      cost = { payments: 0, read: 0, written: 0 };
      expect((await storage.payments.sums(aMerchantId(), filter))._unsafeUnwrap()).toMatchObject([
        { count: 5 },
      ]);
      expect(cost).toMatchObject({ payments: 5 });
    }
  });

  it('pays two write units for a customer and for each pair, once, and nothing without', async () => {
    // As long as what the others have, so that no other item is a kilobyte longer.
    const description = 'd'.repeat(100);
    const bare = await store({ description });
    const { written } = cost;
    await store({ description, customerId });
    expect(cost.written - written).toBe(2);
    const named = await store({ description, metadata: { order: '1001', shop: 'berlin', till: '3' } });
    expect(cost.written - written).toBe(6);
    cost = { payments: 0, read: 0, written: 0 };
    (await storage.commits.commit(aSuccess(bare)))._unsafeUnwrap();
    const outcome = cost.written;
    (await storage.commits.commit(aSuccess(named)))._unsafeUnwrap();
    expect(cost.written).toBe(2 * outcome);
  });
});

type Answer = Readonly<{
  ScannedCount?: number;
  Item?: Keyed;
  Responses?: Readonly<Record<string, readonly Keyed[]>>;
  ConsumedCapacity?: Consumed | readonly Consumed[];
}>;
type Keyed = Readonly<{ pk: Readonly<{ S: string }> }>;
type Consumed = Readonly<{ CapacityUnits: number }>;
