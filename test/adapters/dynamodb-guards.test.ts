import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { aggregateChange, auditedAggregate } from '../../src/application/kernel/aggregate-change.ts';
import { type Export, openExport } from '../../src/domain/files/export.ts';
import { spentClaim } from '../../src/domain/kernel/claim.ts';
import { money } from '../../src/domain/kernel/money.ts';
import { type Transfer, transferEntries, transferEvents } from '../../src/domain/ledger/transfer.ts';
import type { Change } from '../../src/ports/commits.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId, anOpening, aSuccess, digests, NOON, origin, terms } from '../fixtures/changes.ts';
import {
  awsError,
  canceled,
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

const ports = { ids: systemIds, digests };
const [alice, bob] = [aMerchantId('alice'), aMerchantId('bob')];

/** 70 USD from Alice to Bob; nothing says that she has them. */
function aTransfer(spendings = 0): Change & Readonly<{ transfer: Transfer }> {
  const transfer: Transfer = {
    kind: 'transfer',
    id: systemIds.transfer(NOON),
    merchantId: alice,
    destinationMerchantId: bob,
    amount: money(7_000n, 'USD'),
    version: 1,
    createdAt: NOON,
    auditHash: '',
  };
  const { guarded, entry } = auditedAggregate(ports, {
    at: NOON,
    origin,
    action: 'transfer.completed',
    next: transfer,
  });
  const claim = spentClaim(
    { merchantId: alice, operation: 'transfer', key: aKey() },
    { fingerprint: 'f'.repeat(64), requestId: 'req-1', response: '201\n{}', transferId: transfer.id },
    { changeId: systemIds.change(NOON), now: NOON },
    terms,
  );
  return {
    transfer,
    id: claim.changeId,
    at: NOON,
    claim: { expected: 0, next: claim },
    transactions: [],
    aggregates: [guarded],
    spending: { merchantId: alice, currency: 'USD', expected: spendings },
    entries: transferEntries(transfer, [systemIds.ledgerEntry(NOON), systemIds.ledgerEntry(NOON)]),
    tallies: [],
    audit: [entry],
    events: transferEvents(transfer, [systemIds.event(NOON), systemIds.event(NOON)]),
  };
}

/** A change of an aggregate alone, without a claim. */
function anExport(takes: readonly string[] = []): Readonly<{ change: Change; next: Export }> {
  const id = systemIds.export(NOON);
  const next = openExport({ id, merchantId: alice, format: 'csv', query: {}, createdAt: NOON });
  return {
    next,
    change: aggregateChange(ports, { at: NOON, origin, action: 'export.started', next, takes }),
  };
}

/** A cancellation in which these items' conditions failed. */
const refusedAt = (...rows: readonly number[]) =>
  instead('refusals', (count) =>
    awsError('TransactionCanceledException', {
      CancellationReasons: Array.from({ length: count }, (_, row) => ({
        Code: rows.includes(row) ? 'ConditionalCheckFailed' : 'None',
      })),
    }),
  );

describe('DynamoDB guards of transfers and aggregates under faults', () => {
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
  const commit = (change: Change) => storage.commits.commit(change);
  const dollarsOf = async (merchantId = alice) =>
    (await storage.balances.of(merchantId, 'USD'))._unsafeUnwrap()[0];

  for (const fault of TRANSACTION_FAULTS) {
    it(`moves a transfer’s money exactly once through ${fault.name}`, async () => {
      for (const spendings of [0, 1]) {
        onTransactions(fault, 2);
        expect((await commit(aTransfer(spendings))).isOk()).toBe(true);
      }
      expect(await dollarsOf()).toMatchObject({ available: -14_000n, transfers: 14_000n, spendings: 2 });
      expect(await dollarsOf(bob)).toMatchObject({ available: 14_000n, transfers: -14_000n, spendings: 0 });
      for (const merchantId of [alice, bob])
        expect((await storage.ledger.list(merchantId, {}, { limit: 9 }))._unsafeUnwrap()).toHaveLength(2);
    });

    it(`changes an aggregate without a claim exactly once through ${fault.name}`, async () => {
      const { next, change } = anExport(['only one']);
      onTransactions(fault, 2);
      expect((await commit(change)).isOk()).toBe(true);
      expect((await storage.auditTrail.ofAggregate(alice, 'export', next.id))._unsafeUnwrap()).toHaveLength(
        1,
      );
      expect((await storage.aggregates.findByKey(alice, 'export', 'only one'))._unsafeUnwrap()?.id).toBe(
        next.id,
      );
    });

    it(`gives a lost turn, a taken key and a stale aggregate as they are through ${fault.name}`, async () => {
      const spent = aTransfer();
      (await commit(spent))._unsafeUnwrap();
      const held = anExport(['held']);
      (await commit(held.change))._unsafeUnwrap();
      const stale = { ...anExport().change, aggregates: held.change.aggregates };
      for (const [change, refusal] of [
        [aTransfer(0), { kind: 'StaleVersion', id: 'USD' }],
        [aTransfer(2), { kind: 'StaleVersion', id: 'USD' }],
        [anExport(['held']).change, { kind: 'KeyTaken', key: 'held' }],
        [stale, { kind: 'StaleVersion', id: held.next.id }],
      ] as const) {
        onTransactions(fault, 1);
        expect((await commit(change))._unsafeUnwrapErr()).toEqual(refusal);
      }
      expect(await dollarsOf()).toMatchObject({ available: -7_000n, spendings: 1 });
      expect(await dollarsOf(bob)).toMatchObject({ available: 7_000n });
    });
  }

  it('gives the first refusal in the order of the guards', async () => {
    const { transfer, ...change } = aTransfer();
    // Claim, both owners' copies, spending.
    for (const [rows, refusal] of [
      [[0, 1, 2, 3], { kind: 'ClaimTaken' }],
      [[1, 2, 3], { kind: 'StaleVersion', id: transfer.id }],
      [[2, 3], { kind: 'StaleVersion', id: transfer.id }],
      [[3], { kind: 'StaleVersion', id: 'USD' }],
    ] as const) {
      onTransactions(refusedAt(...rows), 1);
      expect((await commit(change))._unsafeUnwrapErr()).toEqual(refusal);
    }
    const { change: idempotentRequest, next } = anExport(['a', 'b']);
    for (const [rows, refusal] of [
      [[0, 1, 2], { kind: 'StaleVersion', id: next.id }],
      [[1, 2], { kind: 'KeyTaken', key: 'a' }],
      [[2], { kind: 'KeyTaken', key: 'b' }],
    ] as const) {
      onTransactions(refusedAt(...rows), 1);
      expect((await commit(idempotentRequest))._unsafeUnwrapErr()).toEqual(refusal);
    }
  });

  it('asks again when a conflict stands beside the refusal of an aggregate', async () => {
    const { change } = anExport();
    const both = instead('both', (count) =>
      awsError('TransactionCanceledException', {
        CancellationReasons: Array.from({ length: count }, (_, row) => ({
          Code: row === 0 ? 'ConditionalCheckFailed' : 'TransactionConflict',
        })),
      }),
    );
    onTransactions(both, 1);
    expect((await commit(change)).isOk()).toBe(true);
  });

  it('knows its own aggregate again after a lost reply, until a later change moves it', async () => {
    const { next, change } = anExport();
    (await commit(change))._unsafeUnwrap();
    expect((await commit(change)).isOk()).toBe(true);
    const [first] = change.aggregates;
    const before = first?.next as Export;
    const later = { ...before, version: 2 };
    (
      await commit(aggregateChange(ports, { at: NOON, origin, action: 'x', before, next: later }))
    )._unsafeUnwrap();
    expect((await commit(change))._unsafeUnwrapErr()).toEqual({ kind: 'StaleVersion', id: next.id });
  });

  it('adds nothing when a payment’s commit is repeated, however often a conflict interrupts it', async () => {
    const opening = anOpening({ merchantId: alice });
    const success = aSuccess(opening);
    for (const change of [opening.change, success, success]) {
      onTransactions(instead('a conflict', canceled('TransactionConflict')), 3);
      expect((await commit(change)).isOk()).toBe(true);
    }
    expect(await dollarsOf()).toMatchObject({ available: 2_500n, processor: -2_500n });
    expect((await storage.summaries.tallies(alice, {}))._unsafeUnwrap()).toEqual([
      expect.objectContaining({ status: 'succeeded', count: 1, amount: 2_500n, captured: 2_500n }),
    ]);
  });

  it('reads a balance whole when a batch leaves keys out', async () => {
    for (const opening of Array.from({ length: 12 }, () => anOpening({ merchantId: alice }))) {
      (await commit(opening.change))._unsafeUnwrap();
      (await commit(aSuccess(opening)))._unsafeUnwrap();
    }
    tamper = async ({ operation, body }, send) => {
      if (operation !== 'BatchGetItem') return send();
      const [[table, asked] = ['', { Keys: [] }]] = Object.entries(
        body['RequestItems'] as Record<string, { Keys: unknown[]; ConsistentRead: boolean }>,
      );
      const reply = await send({ RequestItems: { [table]: { ...asked, Keys: asked.Keys.slice(0, 40) } } });
      const left = asked.Keys.slice(40);
      const unprocessed = left.length === 0 ? {} : { [table]: { ...asked, Keys: left } };
      return { ...reply, body: { ...reply.body, UnprocessedKeys: unprocessed } };
    };
    expect(await dollarsOf()).toMatchObject({ available: 30_000n, processor: -30_000n });
  });
});
