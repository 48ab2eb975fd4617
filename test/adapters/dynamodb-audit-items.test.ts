import { randomUUID } from 'node:crypto';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { auditEntryOf, auditItem, linkFormOf } from '../../src/adapters/dynamodb/audit-items.ts';
import { type Item, sealedItem } from '../../src/adapters/dynamodb/items.ts';
import { migrateDynamoDb } from '../../src/adapters/dynamodb/migrate.ts';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import {
  aggregateHistory,
  auditKey,
  historyPartition,
  SCHEMA_KEY,
  trailKey,
} from '../../src/adapters/dynamodb/table.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import { AGGREGATE_KINDS } from '../../src/domain/kernel/aggregate-kind.ts';
import { GENESIS_HASH } from '../../src/domain/kernel/audit-chain.ts';
import { type AuditEntry, auditTrailChain } from '../../src/domain/kernel/audit-entry.ts';
import { rfc3339 } from '../../src/domain/kernel/instant.ts';
import { jsonText } from '../../src/domain/kernel/json.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { aMerchantId, anOpening, aSuccess, digests, NOON } from '../fixtures/changes.ts';
import { aBusyStore } from '../support/busy-store.ts';
import { freshTable } from '../support/dynamodb-tables.ts';
import { itemsIn, put, remove, tamperedDynamoDb } from '../support/tampering/dynamodb.ts';

const FORMS = ['whole', 'short'] as const;

/** A payment's links, from where people and programs really act. */
function linksOfAPayment(account?: string) {
  const opening = anOpening({
    merchantId: aMerchantId('merchant_01980f6e27f7a9d3b51c'),
    idempotencyKey: randomUUID(),
    amount: 1_234_500n,
    customerId: systemIds.customer(NOON),
    route: { processor: 'simulator', ...present({ account }) },
    description: 'Order 2026-03-000123 from the webshop',
    metadata: { order: '2026-03-000123', shop: 'berlin' },
  });
  const seal = (link: AuditEntry) =>
    auditTrailChain.seal(
      {
        ...link,
        actor: { id: 'auth0|64f1c2a9e4b0d8a1c2e3f405', type: 'user' },
        metadata: { request_id: randomUUID() },
        ipAddress: '2001:0db8:85a3:0000:0000:8a2e:0370:7334',
        userAgent: 'shop-backend/4.12.0 (linux; x64) node/24.1.0',
      },
      digests.sha256,
    );
  const partition = historyPartition(opening.payment.merchantId, opening.payment.id);
  const links = [...opening.change.audit, ...aSuccess(opening).audit].map(seal);
  return { partition, links };
}

/** As DynamoDB counts it: names and values in UTF-8. */
const bytesOf = (item: Item): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name + String(value)), 0);

const aText = fc.string({ unit: 'grapheme', maxLength: 12 });
const aRecord = fc.dictionary(aText, fc.oneof(aText, fc.integer(), fc.boolean(), fc.constant(null)), {
  maxKeys: 5,
});

describe('an audit link on DynamoDB', () => {
  it('of a payment or its transaction costs one write beside its place in the index, whoever acts from wherever', () => {
    const { partition, links } = linksOfAPayment();
    expect(links.map(({ action }) => action)).toEqual([
      'payment.created',
      'payment.succeeded',
      'transaction.succeeded',
    ]);
    for (const link of links) expect(bytesOf(auditItem(link, partition, 'short'))).toBeLessThan(1_024);
  });

  it.each(FORMS)('is read in its %s form as the very link that was hashed, in the same order', (form) => {
    for (const { partition, links } of [linksOfAPayment(), linksOfAPayment('acct_1')])
      for (const link of links) {
        const item = auditItem(link, partition, form);
        expect(linkFormOf(item)).toBe(form);
        const read = auditEntryOf(item);
        expect(jsonText(read.after ?? null)).toBe(jsonText(link.after ?? null));
        expect(auditTrailChain.seal(read, digests.sha256)).toEqual(link);
      }
  });

  it.each([undefined, 'acct_1'])(
    'of a new payment does not say again what its keys say, by account %s',
    (account) => {
      const { partition, links } = linksOfAPayment(account);
      for (const link of links.filter(({ sequence }) => sequence === 1)) {
        const record = String(auditItem(link, partition, 'short')['record']);
        const at = rfc3339(link.timestamp);
        for (const said of [
          link.id,
          link.entityId,
          partition,
          link.merchantId,
          GENESIS_HASH,
          `"updated_at":"${at}"`,
        ])
          expect(record).not.toContain(said);
      }
    },
  );

  it('is read as it was written whatever it is of and whatever it says', () => {
    const anEntity = fc.oneof(
      fc.constantFrom('payment' as const, 'transaction' as const).map((type) => ({ type, id: '' })),
      fc.record({ type: fc.constantFrom(...AGGREGATE_KINDS), id: aText }),
    );
    const aLink = fc.record({
      entity: anEntity,
      sequence: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 9_999_999_999 })),
      after: fc.option(aRecord, { nil: undefined }),
      frame: fc.constantFrom('none', 'in order', 'turned round'),
      previousHash: fc.constantFrom(GENESIS_HASH, 'f'.repeat(64)),
      metadata: fc.option(aRecord, { nil: undefined }),
    });
    fc.assert(
      fc.property(aLink, fc.constantFrom(...FORMS), ({ entity, frame, after, metadata, ...parts }, form) => {
        const merchantId = aMerchantId();
        const payment = systemIds.payment(NOON);
        const isOfPayment = entity.type === 'payment';
        const isOfHistory = isOfPayment || entity.type === 'transaction';
        const entityId = isOfPayment ? payment : isOfHistory ? systemIds.transaction(NOON) : entity.id;
        const [link] = anOpening().change.audit;
        if (link === undefined) throw new Error('an opening has a link');
        const { after: ofPayment, metadata: _, ...rest } = link;
        const framed = Object.entries({ ...ofPayment, id: entityId, ...after });
        const record =
          frame === 'none' ? after : Object.fromEntries(frame === 'in order' ? framed : framed.toReversed());
        const entry: AuditEntry = {
          ...rest,
          ...parts,
          merchantId,
          entityType: entity.type,
          entityId,
          ...(record === undefined ? {} : { after: record }),
          ...(metadata === undefined ? {} : { metadata }),
        };
        const partition =
          entity.type === 'payment' || entity.type === 'transaction'
            ? historyPartition(merchantId, payment)
            : aggregateHistory(merchantId, entity.type, entityId);
        const item = auditItem(entry, partition, form);
        expect(auditEntryOf(item)).toEqual(entry);
        expect(jsonText(auditEntryOf(item).after ?? null)).toBe(jsonText(entry.after ?? null));
        expect(auditItem(auditEntryOf(item), partition, linkFormOf(item))).toEqual(item);
      }),
    );
  });
});

describe('the audit links of a table', () => {
  let engine: EmbeddedServer;
  beforeAll(async () => {
    engine = await startDynamoDbEngine({});
  });
  afterAll(() => engine.stop());
  afterEach(() => vi.useRealTimers());

  const DAY_MS = 24 * 3_600_000;

  it('are written whole until the version before is gone for certain, then short, and all are read', async () => {
    const start = NOON;
    vi.useFakeTimers({ now: start, toFake: ['Date'] });
    const at = await freshTable(engine.url);
    const schema =
      (await at.client.send(new GetCommand({ TableName: at.table, Key: SCHEMA_KEY }))).Item ?? {};
    const { seal: _, links_short_since: __, ...older } = schema;
    await put(at, sealedItem('schema', { ...older, version: 11 }));
    const storage = dynamodbStorage(at);
    const taken = async (createdAt: number) => {
      const { change, payment } = anOpening({ createdAt });
      (await storage.commits.commit(change))._unsafeUnwrap();
      const { pk, sk } = auditKey(historyPartition(payment.merchantId, payment.id), {
        entityId: payment.id,
        sequence: 1,
      });
      const { Item = {} } = await at.client.send(new GetCommand({ TableName: at.table, Key: { pk, sk } }));
      const read = (await storage.auditTrail.ofPayment(payment.merchantId, payment.id))._unsafeUnwrap();
      expect(auditTrailChain.verify(read, { ...payment, id: payment.id }, digests.sha256).isOk()).toBe(true);
      return linkFormOf(Item);
    };
    expect(await taken(start)).toBe('whole');
    expect((await migrateDynamoDb(at.client, at.table))._unsafeUnwrap()).toContain('schema-12');
    expect(await taken(start + 1)).toBe('whole');
    expect(await taken(start + DAY_MS - 1)).toBe('whole');
    expect(await taken(start + DAY_MS)).toBe('short');
    const clock = { now: () => start + DAY_MS + 3_600_000 };
    (await verify({ ...storage, clock, digests })(() => {}))._unsafeUnwrap();
    await storage.close();
  });

  it('are each found by verify where a key that says a part of them was changed, and all that is written beside it', async () => {
    const store = tamperedDynamoDb(await freshTable(engine.url));
    const { at } = store;
    const book = await aBusyStore(store.storage);
    const { refunded, declined } = book;
    const A = aMerchantId('merchant-a');
    const ofPayment = (id: typeof refunded) => historyPartition(A, id);
    const items = (await itemsIn(at)).filter(
      ({ pk, sk }) => pk === ofPayment(refunded) && sk.startsWith('A#'),
    );
    const [ofThePayment] = items;
    const ofTransaction = items.find(({ sk }) => sk.startsWith('A#txn_'));
    if (ofThePayment === undefined || ofTransaction === undefined) throw new Error('the book lacks links');
    for (const item of [ofThePayment, ofTransaction]) {
      expect(linkFormOf(item)).toBe('short');
      const link = auditEntryOf(item);
      const anotherId = systemIds.auditEntry(link.timestamp);
      const record = String(item['record']);
      const forged: readonly (readonly [string, Item])[] = [
        ['the id, with its place in the index', { ...item, ...trailKey({ ...link, id: anotherId }) }],
        ['the sequence', { ...item, ...auditKey(item.pk, { ...link, sequence: 99 }) }],
        ['the entity', { ...item, ...auditKey(item.pk, { ...link, entityId: systemIds.transaction(NOON) }) }],
        ['the payment', { ...item, pk: ofPayment(declined) }],
        ['the merchant', { ...item, pk: item.pk.replace('merchant-a', 'merchant-b') }],
        ['the record', { ...item, record: record.replace('"amount":', '"amount":1') }],
        ['the actor', { ...item, record: record.replace('"actor":{"id":"', '"actor":{"id":"x') }],
        ['its first hash', { ...item, record: record.replace('{', `{"previousHash":"${GENESIS_HASH}",`) }],
        ['a part that keys say', { ...item, record: record.replace('{', '{"sequence":1,') }],
        ['a frame that the link says', { ...item, record: record.replace('"created":{', '"after":{') }],
      ];
      for (const [name, next] of forged) {
        await remove(at, item);
        await put(at, next);
        expect((await book.verify()).isErr(), `${name} of ${link.action}`).toBe(true);
        await remove(at, next as typeof item);
        await put(at, item);
      }
    }
    (await book.verify())._unsafeUnwrap();
    await store.close();
  }, 120_000);
});
