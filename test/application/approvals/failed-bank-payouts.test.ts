import { errAsync, okAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VendorPaymentId } from '../../../src/domain/approvals/ids.ts';
import type { BankPayouts, CarriedPayout } from '../../../src/ports/approvals/bank-payouts.ts';
import { pass } from '../world.ts';
import { type ApprovalsWorld, anApprovalsWorld, anApproved } from './world.ts';

describe('a payout to a vendor’s bank that carried several payments, and failed', () => {
  let world: ApprovalsWorld;
  let carried: CarriedPayout[];
  beforeEach(() => {
    carried = [];
    const bankPayouts: BankPayouts = {
      failed: () => okAsync({ reason: 'payout_failed', processedAt: 2_000, carried }),
    };
    world = anApprovalsWorld({ bankPayouts });
  });
  afterEach(() => world.close());

  const paid = async () => {
    const id = await anApproved(world);
    const payment = (await world.process(id))._unsafeUnwrap();
    if (payment.status !== 'completed') expect.fail(payment.status);
    carried.push({ reference: id, processorReference: payment.processorReference });
    return id;
  };
  const receive = () =>
    world.receiveFailedBankPayout({ id: 'po_1', account: 'acct_1', requestId: 'request-1' });
  const statusOf = async (id: VendorPaymentId) => (await world.stored(id)).status;
  const failuresOf = async (id: VendorPaymentId) =>
    (await world.eventsOf(id)).filter((type) => type === 'PaymentFailed').length;

  it('fails each once, also when the store went away between two of them and the event comes again', async () => {
    const [one, other] = [await paid(), await paid()];
    world.turns.commit.push(pass, () => errAsync({ kind: 'StorageUnavailable', cause: 'away' }));
    expect((await receive())._unsafeUnwrapErr()).toMatchObject({ kind: 'StorageUnavailable' });
    expect([await statusOf(one), await statusOf(other)]).toEqual(['failed', 'completed']);
    expect((await receive())._unsafeUnwrap()).toBe('returned');
    expect([await statusOf(one), await statusOf(other)]).toEqual(['failed', 'failed']);
    expect([await failuresOf(one), await failuresOf(other)]).toEqual([1, 1]);
  });

  it('fails each once where two workers are given the event at once', async () => {
    const ids = [await paid(), await paid(), await paid()];
    const ends = (await Promise.all([receive(), receive()])).map((end) => end._unsafeUnwrap());
    expect(ends).toContain('returned');
    for (const id of ids) expect([await statusOf(id), await failuresOf(id)]).toEqual(['failed', 1]);
    for (const id of ids) expect((await world.actionsOf(id)).at(-1)).toBe('payment.returned');
  });

  it('leaves one that was changed beneath its audit log as it is, raises the alarm, and fails the others', async () => {
    const [edited, other] = [await paid(), await paid()];
    await world.forge(edited);
    expect((await receive())._unsafeUnwrap()).toBe('returned');
    expect(world.alarms).toEqual([{ id: edited, reason: 'PaymentNotIntact' }]);
    expect([await statusOf(edited), await statusOf(other)]).toEqual(['completed', 'failed']);
    carried.pop();
    expect((await receive())._unsafeUnwrap()).toBe('withheld');
  });

  it('is nothing where the processor has no such payouts', async () => {
    const without = anApprovalsWorld();
    const said = { id: 'po_1', account: 'acct_1', requestId: 'request-1' };
    expect((await without.receiveFailedBankPayout(said))._unsafeUnwrap()).toBe('unknown');
    without.close();
  });
});
