import type { ResultAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { approvalChange } from '../../../src/application/approvals/approval-change.ts';
import type { VendorPaymentId } from '../../../src/domain/approvals/ids.ts';
import { nextOf } from '../../../src/domain/approvals/vendor-payment.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import { ADMIN, anApprover, approvalPorts, asked, DISPATCHER, SYSTEM } from '../../fixtures/approvals.ts';
import { conflict, eachInItsOwnOffice, expectPaidOnce, world } from './paying.ts';
import { anApproved, ofVendor } from './world.ts';

const UNKNOWN = '00000000-0000-4000-8000-000000000000' as VendorPaymentId;
const REFUSED = 1;
const REFUSED_ONCE = 2;

eachInItsOwnOffice();

describe('paying a vendor', () => {
  it('records the intent, pays under the payment’s own id, and records the outcome', async () => {
    const id = await anApproved(world);
    const completed = (await world.process(id))._unsafeUnwrap();
    expect(completed).toMatchObject({ status: 'completed', attempt: 1, version: 4 });
    expect(await world.stored(id)).toEqual(completed);
    expect(await world.actionsOf(id)).toEqual([
      'payment.created',
      'payment.approved',
      'payment.processing',
      'payment.completed',
    ]);
    const { vendorId, amount } = completed;
    expect(world.ledger.paid()).toEqual([{ reference: id, vendorId, cents: amount.minorUnits }]);
    await expectPaidOnce(id);
  });

  it('is for admins only, and for nothing that was not approved', async () => {
    const id = await anApproved(world);
    for (const by of [DISPATCHER, SYSTEM, anApprover('v', 'vendor')])
      expect((await world.process(id, by))._unsafeUnwrapErr().kind).toBe('RoleNotAllowed');
    const pending = (await world.create())._unsafeUnwrap().id;
    expect((await world.process(pending))._unsafeUnwrapErr()).toEqual(conflict('pending_approval'));
    expect((await world.process(UNKNOWN))._unsafeUnwrapErr()).toEqual({
      kind: 'VendorPaymentNotFound',
      id: UNKNOWN,
    });
    expect(world.calls.pay).toBe(0);
  });

  it('is refused for terms that are not those that were approved', async () => {
    const id = await anApproved(world);
    const before = await world.stored(id);
    // As after an edit of the store by hand.
    const next = { ...before, ...nextOf(before, world.clock.at), amount: money(99_999n, 'USD') };
    const { change } = approvalChange(approvalPorts, {
      ...asked(ADMIN),
      at: world.clock.at,
      action: 'payment.forged',
      before,
      next,
    });
    (await world.storage.approvalCommits.commit(change))._unsafeUnwrap();
    expect((await world.process(id))._unsafeUnwrapErr()).toEqual({ kind: 'ApprovalVoid' });
    expect(world.paid()).toEqual([]);
  });

  it('happens once when it is asked for many times at once', async () => {
    const id = await anApproved(world);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => world.process(id)));
    expect(outcomes.filter((outcome) => outcome.isOk())).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.isErr()) expect(outcome.error.kind).toBe('VendorPaymentStateConflict');
    expect(world.calls.pay).toBe(1);
    await expectPaidOnce(id);
  });

  it('and rejecting at once end with one or the other', async () => {
    for (let n = 0; n < 4; n += 1) {
      const id = await anApproved(world);
      const calls: (() => ResultAsync<unknown, unknown>)[] = [
        () => world.process(id),
        () => world.reject(id),
      ];
      if (n % 2 === 1) calls.reverse();
      await Promise.all(calls.map((call) => call()));
      const { status } = await world.stored(id);
      expect(['completed', 'cancelled']).toContain(status);
      expect(world.paid().includes(id)).toBe(status === 'completed');
    }
  });

  it('fails when the processor refuses it, and may be tried again under the same reference', async () => {
    const id = await anApproved(world, ofVendor(REFUSED_ONCE));
    const failed = (await world.process(id))._unsafeUnwrap();
    expect(failed).toMatchObject({ status: 'failed', failedReason: 'account_closed', attempt: 1 });
    const completed = (await world.process(id))._unsafeUnwrap();
    expect(completed).toMatchObject({ status: 'completed', attempt: 2 });
    expect((await world.process(id))._unsafeUnwrapErr()).toEqual(conflict('completed'));
    expect(await world.eventsOf(id)).toEqual([
      'PaymentCreated',
      'ApprovalRequested',
      'PaymentApproved',
      'PaymentFailed',
      'PaymentCompleted',
    ]);
    await expectPaidOnce(id);
  });

  it('that failed for good can be rejected, which frees its incident and vendor for another payment', async () => {
    const order = ofVendor(REFUSED);
    const id = await anApproved(world, order);
    expect((await world.process(id))._unsafeUnwrap().status).toBe('failed');
    expect((await world.reject(id))._unsafeUnwrap()).toMatchObject({
      status: 'cancelled',
      approvedBy: expect.any(String),
      rejectedReason: expect.any(String),
    });
    expect((await world.process(id))._unsafeUnwrapErr()).toEqual(conflict('cancelled'));
    expect(await anApproved(world, order)).not.toBe(id);
    expect(world.paid()).toEqual([]);
  });

  it('goes on failing as often as the processor refuses', async () => {
    const id = await anApproved(world, ofVendor(REFUSED));
    for (let attempt = 1; attempt <= 3; attempt += 1)
      expect((await world.process(id))._unsafeUnwrap()).toMatchObject({ status: 'failed', attempt });
    expect(world.paid()).toEqual([]);
  });
});
