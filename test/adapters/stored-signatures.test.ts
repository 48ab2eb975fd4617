import pg from 'pg';
import { afterAll, describe, expect, inject, it } from 'vitest';
import type { Item } from '../../src/adapters/dynamodb/items.ts';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { recordAttempt } from '../../src/domain/webhooks/delivery.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { NOON } from '../fixtures/changes.ts';
import { aDelivery } from '../fixtures/webhooks.ts';
import { freshTable } from '../support/dynamodb-tables.ts';
import { postgresServer } from '../support/postgres-database.ts';
import { itemsIn, put } from '../support/tampering/dynamodb.ts';

const server = await postgresServer(inject('postgresUrl'));
const engine = await startDynamoDbEngine({});
afterAll(() => Promise.all([server.close(), engine.stop()]));

const [TRUE, FORGED] = ['a1'.repeat(32), 'a2'.repeat(32)];

/** A storage, and a hand that writes another text wherever a delivery's record has one. */
type Opened = Readonly<{ storage: Storage; forge: () => Promise<unknown> }>;

async function onPostgres(): Promise<Opened> {
  const connectionString = await server.newDatabase();
  const hand = new pg.Client({ connectionString });
  await hand.connect();
  return {
    storage: postgresStorage(postgresPool({ connectionString })),
    forge: async () => {
      await hand.query('UPDATE webhook_delivery SET attempts = replace(attempts::text, $1, $2)::json', [
        TRUE,
        FORGED,
      ]);
      await hand.end();
    },
  };
}

async function onDynamoDb(): Promise<Opened> {
  const at = await freshTable(engine.url);
  const forged = (item: Item): Item => ({ ...item, record: String(item['record']).replace(TRUE, FORGED) });
  return {
    storage: dynamodbStorage(at),
    forge: async () => {
      const items = (await itemsIn(at)).filter((item) => String(item['record']).includes(TRUE));
      await Promise.all(items.map((item) => put(at, forged(item))));
    },
  };
}

async function faultsOf({ storedRows }: Storage) {
  const faults: unknown[] = [];
  for (let after: string | undefined, more = true; more; ) {
    const page = (await storedRows.page(after))._unsafeUnwrap();
    faults.push(...page.rows.flatMap(({ id, fault }) => (fault === undefined ? [] : [{ id, ...fault }])));
    after = page.next;
    more = after !== undefined;
  }
  return faults;
}

describe.each([
  ['Postgres', onPostgres],
  ['DynamoDB', onDynamoDb],
])('a signature of an attempt, on %s', (_, open) => {
  it('is under the seal of its delivery, so that one that is changed by hand is found', async () => {
    const { storage, forge } = await open();
    const delivery = aDelivery();
    const signatures = [{ hex: TRUE, base64: 'b+/'.repeat(14) }];
    const attempt = { at: NOON, durationMs: 3, responseCode: 200, signatures };
    const next = recordAttempt(delivery, attempt, { url: delivery.url, random: 0.5, now: NOON });
    (await storage.deliveries.addAll([delivery]))._unsafeUnwrap();
    expect((await storage.deliveries.save([{ expected: 1, next }]))._unsafeUnwrap()).toEqual([true]);
    expect(await faultsOf(storage)).toEqual([]);
    await forge();
    expect(await faultsOf(storage)).toEqual([
      { id: delivery.id, fault: 'edited', detail: expect.stringContaining('seal') },
    ]);
    await storage.close();
  });
});
