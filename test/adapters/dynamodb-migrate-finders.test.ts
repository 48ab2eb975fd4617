import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { finderItemsOf } from '../../src/adapters/dynamodb/finders.ts';
import { type Item, sealedItem } from '../../src/adapters/dynamodb/items.ts';
import { migrateDynamoDb } from '../../src/adapters/dynamodb/migrate.ts';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import { idOf } from '../../src/domain/kernel/ids.ts';
import { aMerchantId, anOpening, aSuccess, digests } from '../fixtures/changes.ts';
import { awsError, tamperWith } from '../support/dynamodb-faults.ts';
import { freshTable } from '../support/dynamodb-tables.ts';

let engine: EmbeddedServer;
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => engine.stop());

const HOUR_MS = 3_600_000;
const customerId = idOf('cus', 'c'.repeat(32));
const metadata = { name: 'order', value: '1001' };
const amount = { minAmount: 7_777n, maxAmount: 7_777n };
const Key = { pk: '#S', sk: 'schema' };
/** Of each of eight segments: 40 payments are found by more than one round, however they are spread. */
const READ_AT_ONCE = 4;

/** What the item of the schema has of finders, and which of them that version wrote none of. */
const BEFORE = [
  { version: 8, lacks: ['of_more', 'of_amount'], times: {} },
  { version: 10, lacks: ['of_amount'], times: { finders_since: 0 } },
  // One whose run behind the migration broke off, of the finders that it knew.
  {
    version: 10,
    lacks: ['of_amount'],
    times: { finders_since: 0, finders_at: JSON.stringify([{ segment: 7 }]) },
  },
] as const;

describe.each(BEFORE)(
  'payments that version $version took on DynamoDB, of $times',
  ({ version, lacks, times }) => {
    let at: Awaited<ReturnType<typeof freshTable>>;
    /** Payments that a query read, found by it or not. */
    let scanned: number;
    /** How often the migration began to look through a segment of the table, which it does a few items at a time. */
    let begun: number;
    /** Whether a run breaks off at the first finders behind those that it has noted as written. */
    let isBreakingOff: boolean;
    let [isWritten, isNoted] = [false, false];
    const start = Date.now();

    beforeEach(async () => {
      vi.useFakeTimers({ now: start, toFake: ['Date'] });
      at = await freshTable(engine.url);
      const { seal: _, finders_since: __, amounts_since: ___, ...schema } = await schemaItem();
      await putItem(sealedItem('schema', { ...schema, ...times, version }));
      [scanned, begun] = [0, 0];
      [isBreakingOff, isWritten, isNoted] = [false, false, false];
      tamperWith(at.client, async ({ operation, body }, send) => {
        if (operation === 'BatchWriteItem' && isBreakingOff && isNoted)
          return awsError('ValidationException');
        const isWalk = operation === 'Scan' && String(body['FilterExpression']).includes('audit_hash');
        const reply = await send(isWalk ? { ...body, Limit: READ_AT_ONCE } : body);
        if (operation === 'BatchWriteItem') isWritten = true;
        if (operation === 'PutItem' && isWritten) isNoted = true;
        if (isWalk && body['ExclusiveStartKey'] === undefined) begun += 1;
        const { ':pk': pk } = (body['ExpressionAttributeValues'] ?? {}) as Record<string, { S?: string }>;
        if (pk?.S?.includes('#P#')) scanned += Number(reply.body['ScannedCount']);
        return reply;
      });
    });
    afterEach(() => vi.useRealTimers());

    const schemaItem = async (): Promise<Item> =>
      (await at.client.send(new GetCommand({ TableName: at.table, Key }))).Item ?? {};
    const putItem = (item: Item) => at.client.send(new PutCommand({ TableName: at.table, Item: item }));
    const migrated = () => migrateDynamoDb(at.client, at.table);
    const applied = async () => (await migrated())._unsafeUnwrap();

    const taken = async (n: number, isOld: boolean) => {
      const opening = anOpening({
        createdAt: Date.now() + n,
        amount: 7_777n,
        metadata: { order: '1001', shop: 'x' },
        customerId,
      });
      const storage = dynamodbStorage(at);
      for (const change of [opening.change, aSuccess(opening)])
        (await storage.commits.commit(change))._unsafeUnwrap();
      if (isOld)
        for (const finder of lacks.flatMap((kind) => finderItemsOf(kind, opening.payment)))
          await at.client.send(new DeleteCommand({ TableName: at.table, Key: finder }));
      return opening.payment.id;
    };

    /** Each filter finds these, newest first, in pages of any size, and reads as many payments as it must to do so. */
    const expectFound = async (ids: readonly string[], others: number) => {
      const { payments } = dynamodbStorage(at);
      for (const [kind, filter] of [
        ['of_more', { metadata }],
        ['of_more', { customerId }],
        ['of_amount', amount],
      ] as const)
        for (const limit of [2, 100]) {
          scanned = 0;
          const seen: string[] = [];
          for (
            let page: readonly { id: string }[] | undefined;
            page === undefined || page.length === limit;
          ) {
            const before = seen.at(-1) as ReturnType<typeof idOf<'pay'>> | undefined;
            page = (
              await payments.list(aMerchantId(), filter, {
                limit,
                ...(before === undefined ? {} : { before }),
              })
            )._unsafeUnwrap();
            seen.push(...page.map(({ id }) => id));
          }
          expect(seen).toEqual(ids.toReversed());
          const isLacking = lacks.some((each) => each === kind);
          if (limit === 100) expect(scanned).toBe(isLacking ? others : 0);
          const sums = (await payments.sums(aMerchantId(), filter))._unsafeUnwrap();
          expect(sums.reduce((total, { count }) => total + count, 0)).toBe(ids.length);
        }
    };

    const verified = (now: number) =>
      verify({ ...dynamodbStorage(at), clock: { now: () => now }, digests })(() => {});

    it('are found before, after and while both versions serve, and cost no read of others once the migration has run behind them', async () => {
      const old = [await taken(0, true), await taken(1, true)];
      await expectFound(old, 2);
      vi.setSystemTime(start + 5 * HOUR_MS);
      expect(await applied()).toEqual(['make-old-finders', 'schema-12']);
      await expectFound(old, 0);
      const beside = [await taken(0, true), await taken(1, false), await taken(2, true)];
      await expectFound([...old, ...beside], 3);
      vi.setSystemTime(start + 20 * HOUR_MS);
      expect(await applied()).toEqual([]);
      vi.setSystemTime(start + 30 * HOUR_MS);
      const later = await taken(0, false);
      await expectFound([...old, ...beside, later], 3);
      (await verified(start + 31 * HOUR_MS))._unsafeUnwrap();
      expect(await applied()).toEqual(['make-late-finders']);
      expect(await applied()).toEqual([]);
      await expectFound([...old, ...beside, later], 0);
      expect(await schemaItem()).toMatchObject({ version: 12, finders_since: 0, amounts_since: 0 });
      (await verified(start + 31 * HOUR_MS))._unsafeUnwrap();
    });

    it('are each given their finders by runs that break off, one going on where another did', async () => {
      const old: string[] = [];
      for (let n = 0; n < 40; n += 1) old.push(await taken(n, true));
      vi.setSystemTime(start + 5 * HOUR_MS);
      [isBreakingOff, isWritten, isNoted] = [true, false, false];
      await expect(applied()).rejects.toThrow('ValidationException');
      await expectFound(old, 40);
      expect(begun).toBeGreaterThan(0);
      [begun, isBreakingOff] = [0, false];
      expect(await applied()).toEqual(['make-old-finders', 'schema-12']);
      // Those of the second kind, which the run that broke off had not come to.
      expect(begun).toBe(8 * (lacks.length - 1));
      await expectFound(old, 0);
    });

    it('may lack their finders until the migration has run behind them, and not afterwards', async () => {
      await taken(0, true);
      expect(await applied()).toContain('schema-12');
      await taken(1, true);
      (await verified(start + HOUR_MS))._unsafeUnwrap();
      vi.setSystemTime(start + 30 * HOUR_MS);
      expect(await applied()).toEqual(['make-late-finders']);
      const id = await taken(0, true);
      const found = (await verified(start + 31 * HOUR_MS))._unsafeUnwrapErr();
      expect(found).toMatchObject({ row: 'finder', id, fault: 'absent' });
    });
  },
);
