import { errAsync, okAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unclaimed } from '../../src/application/kernel/aggregate-change.ts';
import type { Dispute } from '../../src/domain/disputes/dispute.ts';
import type { DisputeRecord } from '../../src/domain/disputes/dispute-record.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { ProcessorDispute, ProcessorDisputes } from '../../src/ports/processor-disputes.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, origin } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { aPlatform } from '../support/http-app.ts';
import { handClock } from '../support/relay-workers.ts';
import { disputeDesk } from './dispute-desk.ts';

const MINUTE_MS = 60_000;

/** How the processor answers when it is asked to close the dispute. */
type Manner =
  | 'closes'
  | 'is away'
  | 'closes in silence'
  | 'has the evidence'
  | 'decided first'
  | 'knows none';

/** A shop with a disputed payment, whose processor closes disputes as its manner is. */
async function aShop(storage: Storage) {
  await addMerchants(storage, [aMerchant()]);
  const clock = handClock();
  const at: { manner: Manner; asked: number; record?: ProcessorDispute } = { manner: 'closes', asked: 0 };
  const becomes = (status: ProcessorDispute['status']) => {
    if (at.record !== undefined) at.record = { ...at.record, status };
  };
  const away = () => errAsync({ kind: 'ProcessorUnavailable' as const });
  const processorDisputes: ProcessorDisputes = {
    find: () =>
      at.record === undefined || at.manner === 'knows none'
        ? errAsync({ kind: 'ProcessorHasNoRecord' })
        : okAsync(at.record),
    accept: () => {
      at.asked += 1;
      if (at.manner === 'is away') return away();
      if (at.manner === 'has the evidence') becomes('under_review');
      if (at.manner === 'decided first') becomes('won');
      if (at.manner === 'knows none' || at.record?.status !== 'needs_response')
        return errAsync({ kind: 'DisputeNotClosed' });
      becomes('lost');
      return at.manner === 'closes in silence' ? away() : okAsync(undefined);
    },
  };
  const platform = aPlatform(storage, { clock, processorDisputes });
  const merchantId = aMerchantId();
  const desk = disputeDesk(storage, platform, { clock, merchantId });
  const paymentId = await desk.takePayment();
  const { processorId = '' } = (await storage.payments.find(merchantId, paymentId))._unsafeUnwrap();
  const amount = money(100n, 'USD');
  at.record = {
    processorId: 'du_1',
    chargeId: processorId,
    about: { merchantId, paymentId },
    amount,
    reason: 'fraudulent',
    status: 'needs_response',
    chargedBack: { amount, fee: 15n },
  };
  const notified = async (event: string) =>
    (
      await platform.useCases.queueDispute({ id: event, dispute: { id: 'du_1' }, requestId: 'req-event' })
    )._unsafeUnwrap();
  await notified('evt_1');
  await platform.work();
  const dispute = async (): Promise<Dispute> => {
    const [found] = (await storage.aggregates.newest(merchantId, 'dispute', { limit: 1 }))._unsafeUnwrap();
    if (found === undefined) throw new Error('there is no dispute');
    return found;
  };
  return {
    ...platform,
    ...desk,
    at,
    clock,
    becomes,
    notified,
    dispute,
    accept: async () =>
      platform.useCases.acceptDispute({ merchantId, id: (await dispute()).id, origin }, unclaimed),
    /** Turns of jobs, with the pauses between them. */
    worked: async (rounds = 1) => {
      for (let round = 0; round < rounds; round += 1) {
        await platform.work();
        clock.pass(2 * MINUTE_MS);
      }
    },
    events: async () => {
      const unsent = (await storage.outbox.unsent(1_000))._unsafeUnwrap();
      return unsent
        .flatMap(({ type, data }) =>
          type.startsWith('dispute.') ? [`${type} ${(data as DisputeRecord).status}`] : [],
        )
        .toSorted();
    },
  };
}

/** What accepting a dispute promises, on every storage. */
export function acceptingDisputesContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Accepting disputes: ${adapter}`, () => {
    let storage: Storage;
    let shop: Awaited<ReturnType<typeof aShop>>;
    beforeEach(async () => {
      storage = await open();
      shop = await aShop(storage);
    });
    afterEach(() => storage.close());

    it('has the processor close it once, after which it is accepted and its money stays lost', async () => {
      const { accept, worked, dispute, events, at } = shop;
      expect((await accept())._unsafeUnwrap()).toMatchObject({ status: 'needs_response', version: 2 });
      expect((await accept())._unsafeUnwrapErr()).toEqual({
        kind: 'DisputeNotAcceptable',
        status: 'needs_response',
      });
      expect(at.asked).toBe(0);
      await worked(3);
      expect(at.asked).toBe(1);
      expect(await dispute()).toMatchObject({ status: 'accepted', version: 3 });
      expect((await accept())._unsafeUnwrapErr()).toMatchObject({ status: 'accepted' });
      expect(await events()).toEqual([
        'dispute.closed accepted',
        'dispute.created needs_response',
        'dispute.updated needs_response',
      ]);
      expect(await shop.available()).toBe(-15n);
      const links = (await storage.auditTrail.ofAggregate(aMerchantId(), 'dispute', (await dispute()).id))
        ._unsafeUnwrap()
        .map(({ action, actor }) => `${action} by ${actor.id}`);
      expect(links).toEqual([
        'dispute.created by processor',
        `dispute.updated by ${origin.actor.id}`,
        'dispute.closed by processor',
      ]);
      expect(await shop.verified()).toEqual([]);
    });

    it('goes on for as long as the processor is away, and through its silence', async () => {
      const { accept, worked, dispute, at } = shop;
      at.manner = 'is away';
      (await accept())._unsafeUnwrap();
      await worked(12);
      expect(await dispute()).toMatchObject({ status: 'needs_response', version: 2 });
      at.manner = 'closes in silence';
      await worked(2);
      expect(await dispute()).toMatchObject({ status: 'accepted', version: 3 });
      expect(await shop.verified()).toEqual([]);
    });

    it('is accepted too when an event says first that it is lost', async () => {
      const { accept, worked, dispute, becomes, notified } = shop;
      (await accept())._unsafeUnwrap();
      becomes('lost');
      await notified('evt_2');
      await worked(3);
      expect(await dispute()).toMatchObject({ status: 'accepted', version: 3 });
    });

    it.for([
      ['has the evidence', 'under_review', 'dispute.updated under_review'],
      ['decided first', 'won', 'dispute.closed won'],
      ['knows none', 'needs_response', 'dispute.updated needs_response'],
    ] as const)(
      'leaves one that the processor does not close, as it %s, as it is there',
      async ([manner, status, event]) => {
        const { accept, worked, dispute, events, at } = shop;
        (await accept())._unsafeUnwrap();
        at.manner = manner;
        await worked(2);
        const left = await dispute();
        expect(left).toMatchObject({ status, version: 3 });
        if (status !== 'won') expect(left).not.toHaveProperty('acceptRequestedAt');
        expect(await events()).toContain(event);
        expect(await shop.verified()).toEqual([]);
      },
    );

    it('is refused for one that needs no response', async () => {
      const { accept, becomes, notified, worked } = shop;
      becomes('under_review');
      await notified('evt_2');
      await worked();
      expect((await accept())._unsafeUnwrapErr()).toEqual({
        kind: 'DisputeNotAcceptable',
        status: 'under_review',
      });
    });
  });
}
