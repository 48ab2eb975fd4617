import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import type { VendorPaymentId } from '../../../src/domain/approvals/ids.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import type { PayoutVerdict } from '../../../src/ports/approvals/payouts.ts';
import { payoutTerms } from '../../fixtures/approvals.ts';
import { dieAfter, dieBefore, holding, soon } from '../world.ts';
import { conflict, eachInItsOwnOffice, expectPaidOnce, recover, world } from './paying.ts';
import {
  type ApprovalsWorld,
  anApproved,
  anOrder,
  losePay,
  ofVendor,
  payInSilence,
  refuseLookup,
  refusePay,
} from './world.ts';

const UNKNOWN = '00000000-0000-4000-8000-000000000000' as VendorPaymentId;
const REFUSED_ONCE = 2;
const SILENTLY_PAID = 3;
const SILENTLY_REFUSED = 4;
const AWAY = 5;

eachInItsOwnOffice();

describe('a payout that the processor has not answered', () => {
  it('stays processing while the processor has not answered, and is settled by look-up', async () => {
    const paid = await anApproved(world, ofVendor(SILENTLY_PAID));
    const refused = await anApproved(world, ofVendor(SILENTLY_REFUSED));
    for (const id of [paid, refused])
      expect((await world.process(id))._unsafeUnwrap().status).toBe('processing');
    expect((await world.process(paid))._unsafeUnwrapErr()).toEqual(conflict('processing'));
    expect(await recover()).toEqual({ due: 0, settled: 0, waiting: 0, skipped: 0, stuck: 0 });
    world.pass(payoutTerms.leaseMs);
    expect(await recover()).toEqual({ due: 2, settled: 2, waiting: 0, skipped: 0, stuck: 0 });
    expect((await world.stored(refused)).status).toBe('failed');
    expect(world.calls.pay).toBe(2);
    await expectPaidOnce(paid);
  });

  it('stays processing while the processor is away, ever less often asked, and goes out when it is back', async () => {
    const id = await anApproved(world);
    world.turns.pay.push(...Array.from({ length: 9 }, () => refusePay));
    expect((await world.process(id))._unsafeUnwrap().status).toBe('processing');
    const waits: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const payment = await world.stored(id);
      if (payment.status !== 'processing') throw new Error(payment.status);
      waits.push(payment.dueAt - world.clock.at);
      world.clock.at = payment.dueAt;
      expect(await recover()).toMatchObject({ due: 1, waiting: 1 });
    }
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits.at(-1)).toBeGreaterThan(60_000);
    world.pass(300_000);
    expect(await recover()).toMatchObject({ settled: 1 });
    await expectPaidOnce(id);
  });

  it('is not given up while the processor cannot be asked', async () => {
    const id = await anApproved(world, ofVendor(AWAY));
    expect((await world.process(id))._unsafeUnwrap().status).toBe('processing');
    world.pass(payoutTerms.leaseMs);
    world.turns.lookup.push(refuseLookup);
    expect(await recover()).toMatchObject({ waiting: 1 });
    world.pass(7 * 86_400_000);
    expect(await recover()).toMatchObject({ waiting: 1 });
    expect((await world.stored(id)).status).toBe('processing');
  });

  it('believes no verdict on another amount', async () => {
    const id = await anApproved(world);
    world.turns.pay.push((call) => call().map((verdict) => ({ ...verdict, amount: money(1n, 'USD') })));
    expect((await world.process(id))._unsafeUnwrap().status).toBe('processing');
    expect(world.alarms).toEqual([{ id, reason: 'PayoutDiffers' }]);
    world.pass(payoutTerms.leaseMs);
    expect(await recover()).toMatchObject({ settled: 1 });
    await expectPaidOnce(id);
  });

  it.each([money(1n, 'USD'), money(12_345n, 'EUR')])(
    'of another amount or currency on the processor’s record calls people, once a lease, until nothing of it stands',
    async (amount) => {
      const id = await anApproved(world);
      world.turns.pay.push(payInSilence);
      expect((await world.process(id))._unsafeUnwrap().status).toBe('processing');
      const inALease = async (parts: Partial<PayoutVerdict>) => {
        const payment = await world.stored(id);
        if (payment.status !== 'processing') throw new Error(payment.status);
        world.clock.at = payment.dueAt;
        world.turns.lookup.push((call) =>
          call().map((verdict) => ({ ...verdict, amount, ...parts }) as PayoutVerdict),
        );
        return recover();
      };
      for (let leases = 1; leases <= 3; leases += 1) {
        expect(await inALease({})).toMatchObject({ due: 1, stuck: 1, waiting: 0 });
        expect(world.alarms).toEqual(Array.from({ length: leases }, () => ({ id, reason: 'PayoutDiffers' })));
      }
      expect(world.calls.pay).toBe(1);
      expect(await inALease({ paid: false, reason: 'transfer_reversed' })).toMatchObject({ settled: 1 });
      expect(await world.stored(id)).toMatchObject({ status: 'failed', failedReason: 'transfer_reversed' });
    },
  );

  it('takes no older attempt’s refusal for the answer to a retry', async () => {
    const id = await anApproved(world, ofVendor(REFUSED_ONCE));
    expect((await world.process(id))._unsafeUnwrap().status).toBe('failed');
    world.turns.pay.push(losePay);
    expect((await world.process(id))._unsafeUnwrap().status).toBe('processing');
    world.pass(payoutTerms.leaseMs);
    expect(await recover()).toMatchObject({ settled: 1 });
    expect(await world.stored(id)).toMatchObject({ status: 'completed', attempt: 2 });
    await expectPaidOnce(id);
  });

  it('takes no refusal of an earlier attempt for the newest either: the payout is settled later, once', async () => {
    const id = await anApproved(world, ofVendor(REFUSED_ONCE));
    const failed = (await world.process(id))._unsafeUnwrap();
    if (failed.status !== 'failed') throw new Error(failed.status);
    world.turns.pay.push((call) =>
      call().map((verdict) => ({ ...verdict, paid: false, reason: 'old', attempt: 1 })),
    );
    expect((await world.process(id))._unsafeUnwrap().status).toBe('processing');
    world.pass(payoutTerms.leaseMs);
    expect(await recover()).toMatchObject({ settled: 1 });
    await expectPaidOnce(id);
  });

  it('is left alone while its holder’s lease runs, whatever a lagging list says', async () => {
    const id = await anApproved(world);
    world.turns.pay.push(losePay);
    await world.process(id);
    const before = await world.stored(id);
    world.turns.due.push(() => okAsync([id, UNKNOWN]));
    expect(await recover()).toEqual({ due: 2, settled: 0, waiting: 0, skipped: 2, stuck: 0 });
    expect(await world.stored(id)).toEqual(before);
    expect(world.calls.lookup).toBe(0);
  });

  describe('pays once and settles, wherever the process ends', () => {
    const points = [
      ['before the intent', (w: ApprovalsWorld) => w.turns.commit.push(dieBefore)],
      ['after the intent', (w: ApprovalsWorld) => w.turns.commit.push(dieAfter)],
      ['before the payout', (w: ApprovalsWorld) => w.turns.pay.push(dieBefore)],
      ['after the payout', (w: ApprovalsWorld) => w.turns.pay.push(dieAfter)],
      ['with the payout’s answer lost', (w: ApprovalsWorld) => w.turns.pay.push(payInSilence)],
      ['before the outcome', (w: ApprovalsWorld) => w.turns.commit.push((call) => call(), dieBefore)],
      ['after the outcome', (w: ApprovalsWorld) => w.turns.commit.push((call) => call(), dieAfter)],
    ] as const;

    it.each(points)('%s', async (_point, arrange) => {
      const id = await anApproved(world);
      arrange(world);
      void world.process(id);
      await soon();
      world.pass(payoutTerms.leaseMs);
      await recover();
      const { status } = await world.stored(id);
      if (status === 'approved') (await world.process(id))._unsafeUnwrap();
      await expectPaidOnce(id);
    });

    it.each(points.slice(1))('%s, and once more in recovery', async (_point, arrange) => {
      const id = await anApproved(world);
      arrange(world);
      void world.process(id);
      await soon();
      for (const die of ['commit', 'pay', 'lookup', 'lastCommit'] as const) {
        world.pass(300_000);
        if (die === 'commit') world.turns.commit.push(dieAfter);
        if (die === 'pay') world.turns.pay.push(dieAfter);
        if (die === 'lookup') world.turns.lookup.push(dieAfter);
        if (die === 'lastCommit') world.turns.commit.push((call) => call(), dieAfter);
        void world.recoverPayouts(100);
        await soon();
      }
      world.turns.commit.length = world.turns.pay.length = world.turns.lookup.length = 0;
      world.pass(300_000);
      await recover();
      await expectPaidOnce(id);
    });
  });

  it('says unavailable when the intent’s reply is lost, and pays once all the same', async () => {
    const id = await anApproved(world);
    world.turns.commit.push(loseReplyOf);
    expect((await world.process(id))._unsafeUnwrapErr().kind).toBe('StorageUnavailable');
    expect((await world.process(id))._unsafeUnwrapErr()).toEqual(conflict('processing'));
    world.pass(payoutTerms.leaseMs);
    expect(await recover()).toMatchObject({ settled: 1 });
    await expectPaidOnce(id);
  });

  it('says how it ended when recovery was faster than a stalled holder', async () => {
    const id = await anApproved(world);
    const { hold, letGo } = holding();
    world.turns.pay.push((call) => hold(call));
    const stalled = world.process(id);
    await soon();
    world.pass(payoutTerms.leaseMs);
    expect(await recover()).toMatchObject({ settled: 1 });
    letGo();
    expect((await stalled)._unsafeUnwrap().status).toBe('completed');
    await expectPaidOnce(id);
  });

  it('is recovered once by many workers', async () => {
    const ids: VendorPaymentId[] = [];
    for (let n = 0; n < 20; n += 1) ids.push(await anApproved(world, anOrder()));
    world.turns.pay.push(...ids.map(() => losePay));
    for (const id of ids) expect((await world.process(id))._unsafeUnwrap().status).toBe('processing');
    world.pass(payoutTerms.leaseMs);
    const rounds = await Promise.all(Array.from({ length: 4 }, recover));
    expect(rounds.reduce((sum, { settled }) => sum + settled, 0)).toBe(20);
    expect(world.calls.pay).toBe(40);
    expect(world.paid().toSorted()).toEqual(ids.toSorted());
  });

  it('is passed over in recovery while the storage is away, without holding up others', async () => {
    const [first, second] = [await anApproved(world), await anApproved(world)];
    world.turns.pay.push(losePay, losePay);
    await world.process(first);
    await world.process(second);
    world.pass(payoutTerms.leaseMs);
    world.turns.commit.push(() => errAsync({ kind: 'StorageUnavailable', cause: 'down' }), loseReplyOf);
    expect(await recover()).toMatchObject({ due: 2, waiting: 2 });
    world.pass(300_000);
    expect(await recover()).toMatchObject({ due: 2, settled: 2 });
    expect(world.paid().toSorted()).toEqual([first, second].toSorted());
  });
});

const loseReplyOf = (call: () => ReturnType<ApprovalsWorld['storage']['approvalCommits']['commit']>) =>
  call().andThen(() => errAsync({ kind: 'StorageUnavailable' as const, cause: 'reply lost' }));
