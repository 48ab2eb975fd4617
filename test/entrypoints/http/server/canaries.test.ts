import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { ResultAsync } from 'neverthrow';
import pg from 'pg';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { dynamodbStorage } from '../../../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../../../src/adapters/embedded/dynamodb-engine.ts';
import { memoryStorage } from '../../../../src/adapters/memory/storage.ts';
import { postgresPool } from '../../../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../../../src/adapters/postgres/storage.ts';
import type { Aggregate } from '../../../../src/domain/aggregates/aggregate.ts';
import { present } from '../../../../src/domain/kernel/present.ts';
import type { Aggregates } from '../../../../src/ports/aggregates.ts';
import type { Storage } from '../../../../src/ports/storage.ts';
import { aMerchantId } from '../../../fixtures/changes.ts';
import { CANARIES, canariesIn, spellingsOf } from '../../../support/canaries.ts';
import { freshTable } from '../../../support/dynamodb-tables.ts';
import { anHttpApp, aPaymentBody, aRequest, aToken } from '../../../support/http-app.ts';
import { postgresServer } from '../../../support/postgres-database.ts';

type Place = Readonly<{
  storage: Storage;
  /** Everything that the store holds, rows and files, as text in which bytes are Latin-1. */
  dump(): Promise<string>;
  close(): Promise<void>;
}>;

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

const PLACES: readonly (readonly [string, () => Promise<Place>])[] = [
  ['memory', aMemoryPlace],
  ['postgres (embedded)', aPostgresPlace],
  ['DynamoDB (embedded engine)', aDynamoDbPlace],
];

function aMemoryPlace(): Promise<Place> {
  const storage = memoryStorage();
  return Promise.resolve({ storage, dump: () => readable(storage), close: () => storage.close() });
}

async function aPostgresPlace(): Promise<Place> {
  const url = await server.newDatabase();
  const storage = postgresStorage(postgresPool({ connectionString: url }));
  const admin = new pg.Pool({ connectionString: url, max: 1 });
  return {
    storage,
    async dump() {
      const tables = await admin.query<{ name: string }>(
        `SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) AS name FROM pg_tables
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
      );
      const rows: string[] = [];
      for (const { name } of tables.rows)
        rows.push(JSON.stringify((await admin.query(`SELECT t::text FROM ${name} t`)).rows));
      await admin.query('CHECKPOINT');
      const { rows: at } = await admin.query<{ base: string }>(
        `SELECT current_setting('data_directory') || '/base/' || oid AS base FROM pg_database
         WHERE datname = current_database()`,
      );
      return rows.join('\n') + filesIn(at[0]?.base ?? '');
    },
    close: async () => {
      await admin.end();
      await storage.close();
    },
  };
}

async function aDynamoDbPlace(): Promise<Place> {
  const dataDir = mkdtempSync(join(tmpdir(), 'paywright-canary-'));
  const engine = await startDynamoDbEngine({ dataDir });
  const { client, table } = await freshTable(engine.url);
  const storage = dynamodbStorage({ client, table });
  return {
    storage,
    async dump() {
      const items: unknown[] = [];
      let from: Record<string, unknown> | undefined;
      do {
        const page = await client.send(
          new ScanCommand({ TableName: table, ...present({ ExclusiveStartKey: from }) }),
        );
        items.push(...(page.Items ?? []));
        from = page.LastEvaluatedKey;
      } while (from !== undefined);
      return printed(items) + filesIn(dataDir);
    },
    close: async () => {
      await storage.close();
      await engine.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

const printed = (value: unknown): string =>
  JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each));

/** User tables of a small database take few megabytes; the server's own catalogues hold nothing of ours. */
const filesIn = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file, 'latin1'))
    .join('\n');

/** What a reader of the ports sees, on every storage. */
async function readable({ aggregates, auditTrail, outbox, payments }: Storage): Promise<string> {
  const merchantId = aMerchantId('merchant-1');
  const read = await ResultAsync.combine([
    aggregates.list(merchantId, 'customer', { limit: 100 }).map(printed),
    aggregates.list(merchantId, 'customer_access', { limit: 100 }).map(printed),
    auditTrail.list(merchantId, {}, { limit: 1_000 }).map(printed),
    outbox.unsent(1_000).map(printed),
    payments.list(merchantId, {}, { limit: 100 }).map(printed),
  ]);
  return read._unsafeUnwrap().join('\n');
}

/** A store into which somebody can write: a customer's name then stands in the place of its email. */
function tamperable(storage: Storage) {
  const state = { tampered: false };
  const aggregates: Aggregates = {
    ...storage.aggregates,
    find: (merchantId, kind, id) =>
      storage.aggregates.find(merchantId, kind, id).map((found) => {
        const customer: Aggregate | undefined = found;
        if (!state.tampered || customer?.kind !== 'customer' || customer.status !== 'active') return found;
        return {
          ...customer,
          secrets: { ...customer.secrets, email: customer.secrets.name },
        } as typeof found;
      }),
  };
  return { storage: { ...storage, aggregates }, state };
}

describe('canaries', () => {
  it('would be found in every spelling', () => {
    const [email, token] = [Buffer.from(CANARIES.email), Buffer.from(CANARIES.token)];
    for (const text of [
      `x${CANARIES.name}x`,
      email.toString('hex'),
      encodeURIComponent(CANARIES.email),
      email.toString('base64'),
      Buffer.from(`a${CANARIES.token}bc`).toString('base64'),
      Buffer.from(`ab${CANARIES.phone}c`).toString('base64url'),
      Buffer.concat([Buffer.from('abc'), token]).toString('base64'),
    ])
      expect(canariesIn(text)).not.toEqual([]);
    expect(spellingsOf('x'.repeat(9)).every((spelling) => spelling.length >= 8)).toBe(true);
  });

  it.each(PLACES)(
    'are nowhere on %s, and every read is on record',
    async (_, open) => {
      const place = await open();
      try {
        const { storage, state } = tamperable(place.storage);
        const { app, lines } = await anHttpApp({}, storage);
        const bearer = `Bearer ${await aToken({ permissions: ['customers', 'payments', 'webhooks'] })}`;
        const call = async (method: string, path: string, body?: unknown, key?: string) => {
          const given = body === undefined ? {} : { body: JSON.stringify(body) };
          const headers = { authorization: bearer, ...present({ 'idempotency-key': key }) };
          const request = await aRequest({ method, headers, ...given });
          return app.request(path, request);
        };
        const { email, name, phone, token, metadata } = CANARIES;
        const card = { type: 'card', token, last4: '4242' };
        const whole = { email, name, phone, metadata: { note: metadata }, payment_methods: [card] };

        const made = await call('POST', '/customers', whole, 'canary-made');
        expect(made.status).toBe(201);
        const { id, payment_methods } = (await made.clone().json()) as {
          id: string;
          payment_methods: readonly { id: string }[];
        };
        const found = await call('GET', `/customers?email=${encodeURIComponent(email)}`);
        const read = await call('GET', `/customers/${id}`);
        expect((await read.json()) as object).toMatchObject({
          email,
          name,
          phone,
          metadata: { note: metadata },
        });
        expect((await found.text()).includes(email)).toBe(true);
        const methods = `/customers/${id}/payment_methods`;
        const decline = { ...card, token: 'test_declined' };
        const declined = await call('POST', methods, decline, 'canary-method');
        const { id: bad } = (await declined.json()) as { id: string };
        await call('PATCH', `/customers/${id}`, { name: `${name} II`, phone });
        const again = await call('POST', '/customers', whole, 'canary-made');
        expect([again.headers.get('idempotency-replayed'), await again.text()]).toEqual([
          'true',
          await made.text(),
        ]);
        const hook = { url: 'https://93.184.216.34/hooks' };
        const endpoint = await call('POST', '/webhook_endpoints', hook, 'canary-endpoint');
        const { id: we, secret } = (await endpoint.json()) as { id: string; secret: string };
        const rotated = await call(
          'POST',
          `/webhook_endpoints/${we}/rotate_secret`,
          undefined,
          'canary-secret',
        );
        const { secret: newer } = (await rotated.json()) as { secret: string };

        const pay = (payment_method: unknown, key: string) =>
          call('POST', '/payments', aPaymentBody({ payment_method, customer_id: id, idempotency_key: key }));
        const paid = await pay(payment_methods[0]?.id, 'canary-1');
        expect(paid.status).toBe(201);

        // Everything that can go wrong with such a customer at hand.
        const problems = [
          await call('POST', '/customers', whole),
          await call('POST', '/customers', { ...whole, email: `${email} ${name}` }),
          await call('POST', '/customers', { ...whole, email: 'b@example.test', token }),
          await call('POST', '/customers', { ...whole, email: 'b@example.test', phone: `${phone} ${name}` }),
          await call('POST', '/customers', {
            ...whole,
            email: 'b@example.test',
            payment_methods: [{ ...card, token: `x ${token}` }],
          }),
          await call('POST', '/customers', {
            ...whole,
            email: 'b@example.test',
            payment_methods: [{ ...card, token: `!${token}` }],
          }),
          await call('POST', '/customers', {
            ...whole,
            email: 'b@example.test',
            metadata: { cvv: metadata },
          }),
          await call('PATCH', `/customers/${id}`, { email, name, version: 99 }),
          await call('GET', `/customers?email=${encodeURIComponent(`${email}@${name}`)}`),
          await call('GET', `/customers/${encodeURIComponent(email)}`),
          await call('POST', `/customers/${id}/payment_methods`, { ...card, token: `${token} ` }),
          await pay(bad, 'canary-2'),
          await pay(`!${token}`, 'canary-3'),
          await pay(`pm_${'0'.repeat(32)}`, 'canary-4'),
        ];
        state.tampered = true;
        problems.push(
          await call('GET', `/customers/${id}`),
          await call('PATCH', `/customers/${id}`, { name }),
        );
        state.tampered = false;
        for (const response of problems) {
          expect(response.status).toBeGreaterThanOrEqual(400);
          expect(canariesIn(await response.text())).toEqual([]);
        }
        expect(problems.map(({ status }) => status)).toContain(500);
        expect(canariesIn(await paid.text())).toEqual([]);
        expect(canariesIn(await readable(storage))).toEqual([]);

        // While it is there, and once it is erased.
        const dump = await place.dump();
        expect(canariesIn(dump)).toEqual([]);
        for (const each of [secret, newer]) expect(dump).not.toContain(each.slice('whsec_'.length));
        expect((await call('DELETE', `/customers/${id}`)).status).toBe(204);
        expect((await call('DELETE', `/webhook_endpoints/${we}`)).status).toBe(204);
        expect(canariesIn(await place.dump())).toEqual([]);
        for (const gone of [
          await call('POST', '/customers', whole, 'canary-made'),
          await call('POST', '/webhook_endpoints', hook, 'canary-endpoint'),
        ])
          expect([gone.status, await gone.json()]).toEqual([
            410,
            expect.objectContaining({ code: 'response_erased' }),
          ]);
        expect((await call('POST', methods, decline, 'canary-method')).status).toBe(410);
        expect(lines.length).toBeGreaterThan(20);
        expect(canariesIn(lines.join('\n'))).toEqual([]);
        expect(canariesIn(await (await app.request('/metrics')).text())).toEqual([]);

        const access = await storage.auditTrail.ofAggregate(
          aMerchantId('merchant-1'),
          'customer_access',
          id.replace('cus_', 'cac_'),
        );
        expect(access._unsafeUnwrap().map(({ action, actor }) => `${action} by ${actor.id}`)).toEqual([
          'customer.found by user-1',
          'customer.read by user-1',
          'customer.read by user-1',
        ]);
      } finally {
        await place.close();
      }
    },
    60_000,
  );
});
