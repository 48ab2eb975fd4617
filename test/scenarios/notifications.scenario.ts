import { errAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import type { MerchantId, PaymentId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { ModificationRequest } from '../../src/domain/payments/modification.ts';
import { decodeResponse } from '../../src/entrypoints/http/payments/stored-responses.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId, digests, origin } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { aPlatform } from '../support/http-app.ts';
import { handClock } from '../support/relay-workers.ts';

/** What notifications of a processor do to payments that wait, on every storage. */
export function notificationsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Notifications of a processor: ${adapter}`, () => {
    it('have a payment asked about at once, each once, and leave nothing that verify finds', async () => {
      const storage = await open();
      await addMerchants(storage, [aMerchant('merchant-a')]);
      const clock = handClock();
      const processor = simulatedProcessor(simulatorLedger(':memory:'), clock);
      const { useCases } = aPlatform(storage, { clock, processor });
      const taken = await useCases.processPayment({
        merchantId: aMerchantId(),
        idempotencyKey: aKey(),
        amount: money(100n, 'USD'),
        paymentMethod: 'test_pending_approved',
        captureMethod: 'automatic',
        origin,
      });
      const { id } = JSON.parse(decodeResponse(taken._unsafeUnwrap().response).body) as { id: PaymentId };
      // Asked about after 1 s, after 2 s more, and next after 4 s more; the processor knows how it ends after 5 s.
      for (const after of [1_000, 2_000]) {
        clock.pass(after);
        expect((await useCases.recoverPayments(10))._unsafeUnwrap()).toMatchObject({ waiting: 1 });
      }
      clock.pass(2_500);
      const notified = async (event: string) =>
        (
          await useCases.receiveNotification({
            id: event,
            type: 'payment_intent.succeeded',
            about: { merchantId: aMerchantId(), paymentId: id },
            requestId: 'req-event',
          })
        )._unsafeUnwrap();
      expect((await useCases.recoverPayments(10))._unsafeUnwrap()).toMatchObject({ due: 0 });
      expect((await Promise.all([notified('evt_1'), notified('evt_1')])).toSorted()).toContain('due');
      expect(await notified('evt_1')).toBe('repeated');
      expect((await useCases.recoverPayments(10))._unsafeUnwrap()).toMatchObject({ settled: 1 });
      expect((await storage.payments.find(aMerchantId(), id))._unsafeUnwrap().status).toBe('succeeded');
      expect([await notified('evt_1'), await notified('evt_2')]).toEqual(['repeated', 'queued']);
      clock.pass(5 * 60_000);
      const verified = await verify({ ...storage, clock, digests })(() => {});
      expect(verified._unsafeUnwrap()).toMatchObject({ payments: 1, unsettled: [], unread: [] });
      await storage.close();
    });

    it('have what is under way on a payment asked about at once, of that payment and merchant alone', async () => {
      const storage = await open();
      const merchants = [aMerchant('merchant-a'), aMerchant('merchant-b')];
      await addMerchants(storage, merchants);
      const clock = handClock();
      const simulated = simulatedProcessor(simulatorLedger(':memory:'), clock);
      let isSilent = true;
      const { useCases } = aPlatform(storage, {
        clock,
        processor: {
          ...simulated,
          move: (order) =>
            simulated.move(order).andThen(() => errAsync({ kind: 'ProcessorOutcomeUnknown' as const })),
          lookup: (query) =>
            isSilent ? errAsync({ kind: 'ProcessorRecordNotKnown' }) : simulated.lookup(query),
        },
      });
      const paid = async (merchantId: MerchantId, idempotencyKey: string, isHeld = false) => {
        const taken = await useCases.processPayment({
          merchantId,
          idempotencyKey,
          amount: money(100n, 'USD'),
          paymentMethod: 'card',
          captureMethod: isHeld ? 'manual' : 'automatic',
          origin,
        });
        const { id } = JSON.parse(decodeResponse(taken._unsafeUnwrap().response).body) as { id: PaymentId };
        return { merchantId, paymentId: id };
      };
      type About = Awaited<ReturnType<typeof paid>>;
      const modified = (about: About, modification: ModificationRequest, idempotencyKey: string) =>
        useCases.modifyPayment({ ...about, modification, idempotencyKey, origin });
      const [ours, theirs] = [aMerchantId('merchant-a'), aMerchantId('merchant-b')];
      const refunded = await paid(ours, 'k1');
      const held = await paid(ours, 'k2', true);
      const others = [await paid(ours, 'k3'), await paid(theirs, 'k1')];
      for (const each of [refunded, ...others])
        await modified(each, { type: 'refund', amount: 30n }, `of ${each.paymentId}`);
      await modified(refunded, { type: 'refund', amount: 20n }, 'second');
      await modified(held, { type: 'capture', amount: 40n, final: false }, 'first');
      for (const after of [1_000, 2_000, 4_000, 8_000]) {
        clock.pass(after);
        expect((await useCases.recoverPayments(10))._unsafeUnwrap()).toMatchObject({ waiting: 5 });
      }
      isSilent = false;
      const notified = async (about: About, event: string) =>
        (
          await useCases.receiveNotification({
            id: event,
            type: 'refund.updated',
            about,
            requestId: 'req-event',
          })
        )._unsafeUnwrap();
      expect((await useCases.recoverPayments(10))._unsafeUnwrap()).toMatchObject({ due: 0 });
      expect(await notified(refunded, 'evt_1')).toBe('due');
      expect(await notified(refunded, 'evt_1')).toBe('repeated');
      expect((await useCases.recoverPayments(10))._unsafeUnwrap()).toMatchObject({ due: 2, settled: 2 });
      expect(await notified(held, 'evt_2')).toBe('due');
      expect((await useCases.recoverPayments(10))._unsafeUnwrap()).toMatchObject({ due: 1, settled: 1 });
      expect([await notified(refunded, 'evt_3'), await notified(held, 'evt_4')]).toEqual([
        'queued',
        'queued',
      ]);
      const standing = async ({ merchantId, paymentId }: About) =>
        (await storage.payments.find(merchantId, paymentId))._unsafeUnwrap();
      expect(await standing(refunded)).toMatchObject({ refunded: { minorUnits: 50n } });
      expect(await standing(held)).toMatchObject({ captured: { minorUnits: 40n } });
      for (const each of others)
        expect(await standing(each)).toMatchObject({ refunding: { minorUnits: 30n } });
      await storage.close();
    });
  });
}
