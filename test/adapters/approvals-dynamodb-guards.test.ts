import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { approvalsDynamodbStorage } from '../../src/adapters/dynamodb/approvals/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import type { EmbeddedServer } from '../../src/adapters/embedded/server.ts';
import type { VendorPayment } from '../../src/domain/approvals/vendor-payment.ts';
import type { ApprovalChange, ApprovalCommitRefused } from '../../src/ports/approvals/approval-commits.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import {
  ADMIN,
  aCreation,
  anUncheckedApproval,
  aRejection,
  aVendorId,
  DISPATCHER,
  MAKER,
  type Made,
} from '../fixtures/approvals.ts';
import { NOON, plain } from '../fixtures/changes.ts';
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

const eventKey = 'roadcall.incident-service e-1';

/** A cancellation with these reasons, the first items' first. */
const canceledFor = (...codes: readonly ('ConditionalCheckFailed' | 'TransactionConflict' | 'None')[]) =>
  instead('these reasons', (rows) =>
    awsError('TransactionCanceledException', {
      CancellationReasons: Array.from({ length: rows }, (_, row) => ({ Code: codes[row] ?? 'None' })),
    }),
  );

describe('DynamoDB guards of approvals under faults', () => {
  let storage: ApprovalsStorage;
  let tamper: Tampering | undefined;
  beforeEach(async () => {
    const { client, table } = await freshTable(engine.url);
    tamper = undefined;
    tamperWith(client, (request, send) => (tamper === undefined ? send() : tamper(request, send)));
    storage = approvalsDynamodbStorage({ client, table });
    return () => storage.close();
  });

  const onTransactions = (fault: Fault, times: number) => {
    tamper = raisedOnTransactions(fault, times);
  };
  const commit = (change: ApprovalChange) => storage.approvalCommits.commit(change);
  const committed = async <Payment extends VendorPayment>({ change, payment }: Made<Payment>) => {
    (await commit(change))._unsafeUnwrap();
    return payment;
  };
  const refused = async ({ change }: Pick<Made, 'change'>) => (await commit(change))._unsafeUnwrapErr();
  const find = async ({ id }: VendorPayment) => (await storage.vendorPayments.find(id))._unsafeUnwrap();
  const liveOf = async ({ incidentId, vendorId }: VendorPayment) =>
    (await storage.vendorPayments.findLive(incidentId, vendorId))._unsafeUnwrap();

  for (const fault of TRANSACTION_FAULTS) {
    it(`applies each change exactly once through ${fault.name}`, async () => {
      const creation = aCreation({ eventKey });
      const approval = anUncheckedApproval(creation.payment);
      const rejection = aRejection(approval.payment);
      const heir = aCreation({
        incidentId: creation.payment.incidentId,
        vendorId: creation.payment.vendorId,
      });
      for (const made of [creation, approval, rejection, heir]) {
        onTransactions(fault, 2);
        expect((await commit(made.change)).isOk()).toBe(true);
        expect(await find(made.payment)).toEqual(made.payment);
      }
      expect(await liveOf(creation.payment)).toEqual(heir.payment);
      const { id } = creation.payment;
      expect((await storage.auditLog.of(id))._unsafeUnwrap()).toHaveLength(3);
      const events = [creation, approval, rejection, heir].flatMap(({ change }) => change.events);
      expect(plain((await storage.outbox.unsent(100))._unsafeUnwrap())).toEqual(
        plain(events.toSorted((a, b) => (a.id < b.id ? -1 : 1))),
      );
    });

    it(`gives a refusal as it is through ${fault.name}`, async () => {
      const created = await committed(aCreation({ eventKey }));
      const once = await committed(anUncheckedApproval(created, DISPATCHER, { isLast: false }));
      const { id, incidentId, vendorId } = created;
      const refusals: readonly (readonly [Made, ApprovalCommitRefused])[] = [
        [aRejection(created), { kind: 'StaleVersion', id }],
        [aCreation({ eventKey }), { kind: 'EventSeen' }],
        [aCreation({ incidentId, vendorId }), { kind: 'DuplicateIncident' }],
        [anUncheckedApproval(once, MAKER), { kind: 'SelfApproval' }],
        [anUncheckedApproval(once, DISPATCHER), { kind: 'AlreadyApproved' }],
      ];
      for (const [made, refusal] of refusals) {
        onTransactions(fault, 1);
        expect(await refused(made)).toEqual(refusal);
      }
      expect(await find(created)).toEqual(once);
    });
  }

  it('gives the first refusal in the order of the guards', async () => {
    const { change, payment } = aCreation({ eventKey });
    const all = { ...change, approval: anUncheckedApproval(payment).change.approval };
    const no = 'ConditionalCheckFailed';
    // Payment, event, incident and vendor, approval.
    for (const [codes, refusal] of [
      [[no, no, no, no], { kind: 'StaleVersion', id: payment.id }],
      [['None', no, no, no], { kind: 'EventSeen' }],
      [['None', 'None', no, no], { kind: 'DuplicateIncident' }],
      [['None', 'None', 'None', no], { kind: 'AlreadyApproved' }],
    ] as const) {
      onTransactions(canceledFor(...codes), 1);
      expect(await refused({ change: all as ApprovalChange })).toEqual(refusal);
    }
  });

  it('asks again when a conflict may hide an earlier refusal, and only then', async () => {
    const { change, payment } = aCreation({ eventKey });
    onTransactions(canceledFor('ConditionalCheckFailed', 'TransactionConflict'), 1);
    expect(await refused({ change })).toEqual({ kind: 'StaleVersion', id: payment.id });
    onTransactions(canceledFor('TransactionConflict', 'ConditionalCheckFailed'), 1);
    expect((await commit(change)).isOk()).toBe(true);
    const approval = anUncheckedApproval(payment);
    onTransactions(canceledFor('TransactionConflict', 'ConditionalCheckFailed'), 1);
    expect((await commit(approval.change)).isOk()).toBe(true);
  });

  it('says that storage is unavailable when a fault does not end, and has written nothing', async () => {
    const { change, payment } = aCreation();
    onTransactions(instead('a conflict', canceled('TransactionConflict')), 1_000);
    expect((await refused({ change })).kind).toBe('StorageUnavailable');
    tamper = undefined;
    expect(await find(payment)).toBeUndefined();
    expect((await commit(change)).isOk()).toBe(true);
  });

  it('throws what only a wrong request can cause', async () => {
    const { change } = aCreation();
    onTransactions(
      instead('a wrong request', () => awsError('ValidationException')),
      1,
    );
    await expect(commit(change)).rejects.toThrow('ValidationException');
    onTransactions(instead('a wrong item', canceled('ValidationError')), 1);
    await expect(commit(change)).rejects.toThrow('TransactionCanceledException');
  });

  it('refuses a maker’s approval by what is stored, whatever the change says', async () => {
    const created = await committed(aCreation());
    const own = anUncheckedApproval(created, MAKER);
    const forgotten: VendorPayment = { ...own.payment, makers: ['somebody else'] };
    const change = { ...own.change, payment: { expected: 1, next: forgotten } };
    expect(await refused({ change })).toEqual({ kind: 'SelfApproval' });
    expect(await find(created)).toEqual(created);
  });

  it('refuses an approval by one whom the same change makes a maker', async () => {
    const created = await committed(aCreation());
    const approval = anUncheckedApproval(created, ADMIN);
    const next: VendorPayment = { ...approval.payment, makers: [MAKER.id, ADMIN.id] };
    expect(await refused({ change: { ...approval.change, payment: { expected: 1, next } } })).toEqual({
      kind: 'SelfApproval',
    });
    expect(await find(created)).toEqual(created);
  });

  it('knows no live payment in the moment in which one is cancelled', async () => {
    const created = await committed(aCreation());
    let isCancelled = false;
    tamper = async ({ operation }, send) => {
      const reply = await send();
      if (operation === 'GetItem' && !isCancelled) {
        isCancelled = true;
        await committed(aRejection(created));
      }
      return reply;
    };
    expect(await liveOf(created)).toBeUndefined();
  });

  it('passes over a payment that moves on between its list and itself', async () => {
    const vendorId = aVendorId();
    const [first, second] = [await committed(aCreation()), await committed(aCreation({ vendorId }))];
    let isMoved = false;
    tamper = async ({ operation }, send) => {
      if (operation === 'BatchGetItem' && !isMoved) {
        isMoved = true;
        await committed(anUncheckedApproval(first));
      }
      return send();
    };
    const page = { order: 'oldest', limit: 2 } as const;
    expect((await storage.vendorPayments.list({ status: 'pending_approval' }, page))._unsafeUnwrap()).toEqual(
      [second],
    );
    expect(isMoved).toBe(true);
  });

  it('never lets go of an incident and vendor that another payment holds', async () => {
    const created = await committed(aCreation());
    const rejection = aRejection(created);
    const cancelled = await committed(rejection);
    const { incidentId, vendorId } = created;
    const heir = await committed(aCreation({ incidentId, vendorId }));
    // No move leads here: a caller that made one has a defect, which is thrown.
    const next: VendorPayment = { ...cancelled, version: 3 };
    const entry = { ...rejection.change.entry, sequence: 3 };
    const again = { ...rejection.change, id: 'again', entry, events: [], payment: { expected: 2, next } };
    await expect(commit(again)).rejects.toThrow('ConditionalCheckFailed');
    expect(await liveOf(created)).toEqual(heir);
  });

  it('lists through throttling, broken connections and batches that leave payments out', async () => {
    const vendorId = aVendorId();
    const all = [];
    for (let n = 0; n < 5; n += 1) all.push(await committed(aCreation({ vendorId, createdAt: NOON + n })));
    const seen = new Set<string>();
    tamper = async ({ operation, body }, send) => {
      if (!seen.has(operation)) {
        seen.add(operation);
        if (operation === 'Query') return awsError('ThrottlingException');
        throw connectionLost();
      }
      if (operation !== 'BatchGetItem') return send();
      const [[table, asked] = ['', { Keys: [] }]] = Object.entries(
        body['RequestItems'] as Record<string, { Keys: unknown[]; ConsistentRead: boolean }>,
      );
      const reply = await send({ RequestItems: { [table]: { ...asked, Keys: asked.Keys.slice(0, 2) } } });
      const left = asked.Keys.slice(2);
      const unprocessed = left.length === 0 ? {} : { [table]: { ...asked, Keys: left } };
      return { ...reply, body: { ...reply.body, UnprocessedKeys: unprocessed } };
    };
    const page = { order: 'newest', limit: 9 } as const;
    expect((await storage.vendorPayments.list({ vendorId }, page))._unsafeUnwrap()).toEqual(all.toReversed());
    expect([...seen].toSorted()).toEqual(['BatchGetItem', 'Query']);
  });
});
