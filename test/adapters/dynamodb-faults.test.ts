import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { claimChange } from '../../src/application/kernel/claim-change.ts';
import { takeOver } from '../../src/domain/kernel/claim.ts';
import type { Change } from '../../src/ports/commits.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { anOpening, aSuccess, NOON, type Opening, terms } from '../fixtures/changes.ts';
import {
  awsError,
  canceled,
  connectionLost,
  type Fault,
  instead,
  raisedOnTransactions,
  type Tampering,
  TRANSACTION_FAULTS,
  tamperWith,
} from '../support/dynamodb-faults.ts';
import { freshTable } from '../support/dynamodb-tables.ts';

let engine: EmbeddedServer;
beforeAll(async () => {
  engine = await startDynamoDbEngine({});
});
afterAll(() => engine.stop());

describe('DynamoDB commits under faults', () => {
  let storage: Storage;
  let tamper: Tampering | undefined;
  beforeEach(async () => {
    const { client, table } = await freshTable(engine.url);
    tamper = undefined;
    tamperWith(client, (request, send) => (tamper === undefined ? send() : tamper(request, send)));
    storage = dynamodbStorage({ client, table });
    return () => storage.close();
  });

  const onTransactions = (fault: Fault, times: number) => {
    tamper = raisedOnTransactions(fault, times);
  };

  for (const fault of TRANSACTION_FAULTS)
    it(`applies a change exactly once through ${fault.name}`, async () => {
      const opening = anOpening();
      const success = aSuccess(opening);
      for (const change of [opening.change, success]) {
        onTransactions(fault, 2);
        expect((await storage.commits.commit(change)).isOk()).toBe(true);
      }
      await expectSettled(opening, success);
    });

  for (const fault of TRANSACTION_FAULTS)
    it(`gives a refusal as it is through ${fault.name}`, async () => {
      const opening = anOpening();
      (await storage.commits.commit(opening.change))._unsafeUnwrap();
      const rival = anOpening({ idempotencyKey: opening.claim.key });
      onTransactions(fault, 1);
      expect((await storage.commits.commit(rival.change))._unsafeUnwrapErr()).toEqual({ kind: 'ClaimTaken' });
      const stale: Change = { ...aSuccess(opening), payment: { expected: 5, next: opening.payment } };
      onTransactions(fault, 1);
      expect((await storage.commits.commit(stale))._unsafeUnwrapErr()).toEqual({
        kind: 'StaleVersion',
        id: opening.payment.id,
      });
    });

  it('says that storage is unavailable when a fault does not end, within seconds', async () => {
    const opening = anOpening();
    onTransactions(instead('a conflict', canceled('TransactionConflict')), 1_000);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const heard = vi.fn();
    void storage.commits.commit(opening.change).then(heard);
    await vi.advanceTimersByTimeAsync(8_000);
    vi.useRealTimers();
    expect(heard.mock.lastCall?.[0]._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
    tamper = undefined;
    expect((await storage.commits.commit(opening.change)).isOk()).toBe(true);
  });

  it('lets the claim’s refusal win over a conflict beside it and over a stale version', async () => {
    const reasons = (version: string) => (rows: number) =>
      awsError('TransactionCanceledException', {
        CancellationReasons: Array.from({ length: rows }, (_, row) => ({
          Code: row === 0 ? 'ConditionalCheckFailed' : row === 1 ? version : 'None',
          ...(row === 0 ? { Item: { change_id: { S: 'another' } } } : {}),
        })),
      });
    for (const version of ['TransactionConflict', 'ConditionalCheckFailed']) {
      onTransactions(instead('both', reasons(version)), 1);
      expect((await storage.commits.commit(anOpening().change))._unsafeUnwrapErr()).toEqual({
        kind: 'ClaimTaken',
      });
    }
  });

  it('does not take an earlier attempt for its own once the claim was taken over', async () => {
    const opening = anOpening();
    (await storage.commits.commit(opening.change))._unsafeUnwrap();
    const success = aSuccess(opening);
    const at = NOON + 60_000;
    const held = takeOver(opening.claim, { changeId: systemIds.change(at), now: at }, terms);
    (await storage.commits.commit(claimChange({ expected: 1, next: held }, at)))._unsafeUnwrap();
    onTransactions(instead('a conflict', canceled('TransactionConflict')), 1);
    expect((await storage.commits.commit(success))._unsafeUnwrapErr()).toEqual({ kind: 'FenceLost' });
  });

  it('throws what only a wrong request can cause', async () => {
    onTransactions(
      instead('a validation error', () => awsError('ValidationException')),
      1,
    );
    await expect(Promise.resolve(storage.commits.commit(anOpening().change))).rejects.toThrow();
  });

  it('throws a fault of our own instead of calling storage unavailable', async () => {
    onTransactions({ name: 'a slip', raise: () => Promise.reject(new ReferenceError('x')) }, 1);
    await expect(Promise.resolve(storage.commits.commit(anOpening().change))).rejects.toThrow(ReferenceError);
  });

  it('says that storage is unavailable when access is denied', async () => {
    onTransactions(
      instead('a denial', () => awsError('AccessDeniedException')),
      1,
    );
    const failure = (await storage.commits.commit(anOpening().change))._unsafeUnwrapErr();
    expect(failure.kind).toBe('StorageUnavailable');
  });

  it('asks again for keys that a batch left out', async () => {
    const openings = Array.from({ length: 30 }, () => anOpening());
    for (const { change } of openings) (await storage.commits.commit(change))._unsafeUnwrap();
    let batches = 0;
    tamper = async ({ operation, body }, send) => {
      if (operation !== 'BatchGetItem') return send();
      batches += 1;
      const [[table, asked] = ['', { Keys: [] }]] = Object.entries(
        body['RequestItems'] as Record<string, { Keys: unknown[]; ConsistentRead: boolean }>,
      );
      const cut = Math.max(1, Math.floor(asked.Keys.length / 2));
      const reply = await send({ RequestItems: { [table]: { ...asked, Keys: asked.Keys.slice(0, cut) } } });
      const left = asked.Keys.slice(cut);
      const unprocessed = left.length === 0 ? {} : { [table]: { ...asked, Keys: left } };
      return { ...reply, body: { ...reply.body, UnprocessedKeys: unprocessed } };
    };
    const found = await Promise.all(openings.map(({ claim }) => storage.claims.find(claim, NOON)));
    expect(found.map((result) => result._unsafeUnwrap())).toEqual(openings.map(({ claim }) => claim));
    expect(batches).toBeGreaterThan(3);
  });

  it('reads through throttling and lost replies', async () => {
    const opening = anOpening();
    (await storage.commits.commit(opening.change))._unsafeUnwrap();
    /** By request: however many are under way, each meets both faults and is then answered. */
    const tries = new Map<string, number>();
    tamper = ({ body }, send) => {
      const request = JSON.stringify(body);
      const tried = tries.get(request) ?? 0;
      tries.set(request, tried + 1);
      if (tried === 0) return Promise.resolve(awsError('ThrottlingException'));
      return tried === 1 ? Promise.reject(connectionLost()) : send();
    };
    const { merchantId, id } = opening.payment;
    expect((await storage.payments.find(merchantId, id))._unsafeUnwrap()).toEqual(opening.payment);
    expect((await storage.payments.list(merchantId, {}, { limit: 5 }))._unsafeUnwrap()).toHaveLength(1);
    expect((await storage.outbox.unsent(5))._unsafeUnwrap()).toHaveLength(1);
  });

  async function expectSettled({ payment, claim }: Opening, success: Change): Promise<void> {
    const { merchantId, id } = payment;
    expect((await storage.payments.find(merchantId, id))._unsafeUnwrap()).toEqual(success.payment?.next);
    expect((await storage.claims.find(claim, NOON))._unsafeUnwrap()).toEqual(success.claim?.next);
    expect((await storage.payments.transactionsOf(merchantId, id))._unsafeUnwrap()).toHaveLength(1);
    expect((await storage.auditTrail.ofPayment(merchantId, id))._unsafeUnwrap()).toHaveLength(3);
    expect((await storage.outbox.unsent(10))._unsafeUnwrap()).toHaveLength(2);
    expect((await storage.ledger.list(merchantId, {}, { limit: 10 }))._unsafeUnwrap()).toHaveLength(1);
    const captured = payment.amount.minorUnits;
    expect((await storage.balances.of(merchantId))._unsafeUnwrap()).toEqual([
      expect.objectContaining({ available: captured, processor: -captured, spendings: 0 }),
    ]);
    expect((await storage.summaries.tallies(merchantId, {}))._unsafeUnwrap()).toEqual([
      expect.objectContaining({ status: 'succeeded', count: 1, amount: captured, captured }),
    ]);
  }
});
