import { verify } from '../../src/application/integrity/verify.ts';
import type { MerchantId, PaymentId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import { decodeResponse } from '../../src/entrypoints/http/payments/stored-responses.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, digests, origin } from '../fixtures/changes.ts';
import type { aPlatform } from '../support/http-app.ts';

type Platform = ReturnType<typeof aPlatform>;

/** What those who look at disputes of a merchant do: payments of 100 to dispute, the balance, and whether all of it adds up. */
export const disputeDesk = (
  storage: Storage,
  platform: Platform,
  { clock, merchantId }: Readonly<{ clock: Clock; merchantId: MerchantId }>,
) => ({
  /** Its id once the money is taken. */
  async takePayment(): Promise<PaymentId> {
    const taken = await platform.useCases.processPayment({
      merchantId,
      idempotencyKey: aKey(),
      amount: money(100n, 'USD'),
      paymentMethod: 'card',
      captureMethod: 'automatic',
      origin,
    });
    const { id } = JSON.parse(decodeResponse(taken._unsafeUnwrap().response).body) as { id: PaymentId };
    return id;
  },
  /** Its id once all of it is taken in two captures, of 60 and of 40. */
  async takeInParts(): Promise<PaymentId> {
    const { processPayment, modifyPayment } = platform.useCases;
    const order = { amount: money(100n, 'USD'), paymentMethod: 'card', captureMethod: 'manual' } as const;
    const taken = await processPayment({ merchantId, idempotencyKey: aKey(), ...order, origin });
    const { id } = JSON.parse(decodeResponse(taken._unsafeUnwrap().response).body) as { id: PaymentId };
    for (const amount of [60n, 40n]) {
      const modification = { type: 'capture', amount, final: false } as const;
      const request = { merchantId, paymentId: id, idempotencyKey: aKey(), modification, origin };
      (await modifyPayment(request))._unsafeUnwrap();
    }
    return id;
  },
  async available() {
    const [balance] = (await storage.balances.of(merchantId, 'USD'))._unsafeUnwrap();
    return balance?.available;
  },
  /** How many payments have not settled an hour later; what is wrong where something is. */
  async verified() {
    const later = { now: () => clock.now() + 3_600_000 };
    const seen = await verify({ ...storage, ...platform.files, clock: later, digests })(() => {});
    return seen.isOk() ? seen.value.unsettled : seen.error;
  },
});
