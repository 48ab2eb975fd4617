import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VendorPaymentId } from '../../../src/domain/approvals/ids.ts';
import { DEFAULT_POLICY } from '../../../src/domain/approvals/policy.ts';
import { payoutTerms } from '../../fixtures/approvals.ts';
import { type ApprovalsWorld, anApprovalsWorld, anApproved, losePay, payInSilence } from './world.ts';

describe('a payout that is withheld', () => {
  let policy = DEFAULT_POLICY;
  let world: ApprovalsWorld;
  beforeEach(() => {
    policy = { ...DEFAULT_POLICY };
    world = anApprovalsWorld({ policy });
  });
  afterEach(() => world.close());

  const recover = async (limit = 100) => (await world.recoverPayouts(limit))._unsafeUnwrap();
  const aLostPayout = async (turn = losePay) => {
    const id = await anApproved(world);
    world.turns.pay.push(turn);
    expect((await world.process(id))._unsafeUnwrap().status).toBe('processing');
    return id;
  };
  /** What was approved under one policy is no longer enough under the next. */
  const askForTwo = () =>
    Object.assign(policy, {
      tiers: DEFAULT_POLICY.tiers.map((tier) => ({ ...tier, approvals: 2 })),
    });

  it('because its stored payment was changed raises the alarm each time that it is asked for', async () => {
    const id = await anApproved(world);
    await world.forge(id);
    for (let times = 0; times < 2; times += 1)
      expect((await world.process(id))._unsafeUnwrapErr()).toEqual({ kind: 'PaymentNotIntact', id });
    const alarm = { id, reason: 'PaymentNotIntact' };
    expect(world.alarms).toEqual([alarm, alarm]);
  });

  it('because its approvals no longer hold raises the alarm', async () => {
    const id = await anApproved(world);
    askForTwo();
    expect((await world.process(id))._unsafeUnwrapErr()).toEqual({ kind: 'ApprovalVoid' });
    expect(world.alarms).toEqual([{ id, reason: 'ApprovalVoid' }]);
    expect(world.calls.pay).toBe(0);
  });

  it('is counted as stuck by recovery, with an alarm once a lease', async () => {
    const id = await aLostPayout();
    await world.forge(id);
    const alarm = { id, reason: 'PaymentNotIntact' };
    for (let leases = 1; leases <= 3; leases += 1) {
      world.pass(payoutTerms.leaseMs);
      expect(await recover()).toMatchObject({ due: 1, stuck: 1, skipped: 0 });
      expect(await recover()).toMatchObject({ due: 0 });
      expect(world.alarms).toEqual(Array.from({ length: leases }, () => alarm));
    }
    expect(world.calls.lookup).toBe(0);
    expect(world.paid()).toEqual([]);
  });

  it('holds up no other, however small the rounds are', async () => {
    const tampered: VendorPaymentId[] = [];
    for (let n = 0; n < 5; n += 1) tampered.push(await aLostPayout());
    for (const id of tampered) await world.forge(id);
    world.pass(1_000);
    const sound = await aLostPayout();
    world.pass(payoutTerms.leaseMs);
    let settled = 0;
    for (let rounds = 0; rounds < 6; rounds += 1) settled += (await recover(1)).settled;
    expect(settled).toBe(1);
    expect(world.paid()).toEqual([sound]);
    expect(world.alarms.map(({ id }) => id).toSorted()).toEqual(tampered.toSorted());
  });

  it('because its approvals no longer hold is not paid by recovery, and goes out once they do again', async () => {
    const id = await aLostPayout();
    askForTwo();
    world.pass(payoutTerms.leaseMs);
    expect(await recover()).toMatchObject({ due: 1, stuck: 1 });
    expect(world.alarms).toEqual([{ id, reason: 'ApprovalVoid' }]);
    expect(world.paid()).toEqual([]);
    Object.assign(policy, DEFAULT_POLICY);
    world.pass(300_000);
    expect(await recover()).toMatchObject({ settled: 1 });
    expect(world.paid()).toEqual([id]);
  });

  it('because its approvals no longer hold is on record as paid when it had been before', async () => {
    const id = await aLostPayout(payInSilence);
    askForTwo();
    world.pass(payoutTerms.leaseMs);
    expect(await recover()).toMatchObject({ settled: 1, stuck: 0 });
    expect((await world.stored(id)).status).toBe('completed');
    expect(world.alarms).toEqual([]);
    expect(world.calls.pay).toBe(1);
  });
});
