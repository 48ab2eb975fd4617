import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { EVENTS_KEPT_MS } from '../../src/domain/kernel/events.ts';
import { DELIVERIES_KEPT_MS, endDelivery } from '../../src/domain/webhooks/delivery.ts';
import { FAILED_AUTHENTICATIONS_KEPT_MS } from '../../src/ports/failed-authentications.ts';
import { LEASES_KEPT_MS } from '../../src/ports/leases.ts';
import { quotaEndsAt } from '../../src/ports/quotas.ts';
import { aMerchantId, anOpening, aRefusal, aSuccess, NOON, terms } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { aTransfer } from '../fixtures/transfers.ts';
import { aDelivery, anEvent } from '../fixtures/webhooks.ts';
import { freshTable } from '../support/dynamodb-tables.ts';

let engine: EmbeddedServer;
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => engine.stop());

const ascending = (a: number, b: number) => a - b;

it('every item that DynamoDB deletes by time says when, the same as on other storages, and no other item does', async () => {
  const { client, table } = await freshTable(engine.url);
  const storage = dynamodbStorage({ client, table });
  const merchantId = aMerchantId();
  await addMerchants(storage, [aMerchant(), aMerchant('merchant-b')]);
  const paid = anOpening();
  for (const change of [paid.change, aSuccess(paid), anOpening().change, aRefusal(), aTransfer().change])
    (await storage.commits.commit(change))._unsafeUnwrap();
  const delivery = aDelivery();
  (await storage.deliveries.addAll([delivery, aDelivery()]))._unsafeUnwrap();
  const ended = { ...endDelivery(delivery, 'failed', NOON), version: 2 };
  (await storage.deliveries.save([{ expected: 1, next: ended }]))._unsafeUnwrap();
  (await storage.eventLog.addAll([anEvent()]))._unsafeUnwrap();
  (await storage.failedAuthentications.add(merchantId, NOON, 1))._unsafeUnwrap();
  (await storage.quotas.take(merchantId, { kind: 'minute', start: NOON }, 1, 10))._unsafeUnwrap();
  (await storage.leases.hold(['work/a'], 'one', NOON, NOON + 1_000))._unsafeUnwrap();

  const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
  const timed = Items.filter((item) => item['expires_at_s'] !== undefined);
  const seconds = (at: number) => Math.ceil(at / 1_000);
  expect(timed.map((item) => Number(item['expires_at_s'])).toSorted(ascending)).toEqual(
    [
      // The claim of a refusal, and its trace.
      seconds(NOON + terms.keepResponsesMs),
      seconds(NOON + terms.keepResponsesMs),
      seconds(NOON + DELIVERIES_KEPT_MS),
      // Among all of the merchant, and among those of its entity.
      seconds(NOON + EVENTS_KEPT_MS),
      seconds(NOON + EVENTS_KEPT_MS),
      seconds(NOON + FAILED_AUTHENTICATIONS_KEPT_MS),
      seconds(quotaEndsAt({ kind: 'minute', start: NOON })),
      seconds(NOON + 1_000 + LEASES_KEPT_MS),
    ].toSorted(ascending),
  );
  await storage.close();
});
