import { describe, expect, it } from 'vitest';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import type { PaymentId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
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
      expect([await notified('evt_1'), await notified('evt_2')]).toEqual(['repeated', 'settled']);
      clock.pass(5 * 60_000);
      const verified = await verify({ ...storage, clock, digests })(() => {});
      expect(verified._unsafeUnwrap()).toMatchObject({ payments: 1, unsettled: [], unread: [] });
      await storage.close();
    });
  });
}
