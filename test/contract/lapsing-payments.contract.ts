import { beforeEach, describe, expect, it } from 'vitest';
import type { Payment } from '../../src/domain/payments/payment.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening, aSuccess, NOON } from '../fixtures/changes.ts';
import { aReservation } from '../fixtures/movements.ts';

/** What `Payments.lapsing` promises. */
export function lapsingPaymentsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Payments contract, those that lapse: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
      return () => storage.close();
    });

    it('finds what the processor lets lapse by a time, the first to lapse first, of all tenants, while it is held', async () => {
      const held = async (authorizedUntil: number | undefined, merchant = 'merchant-a') => {
        const opening = anOpening({ captureMethod: 'manual', merchantId: aMerchantId(merchant) });
        (await storage.commits.commit(opening.change))._unsafeUnwrap();
        const change = aSuccess(opening, NOON + 50, undefined, 'ch_1', authorizedUntil);
        (await storage.commits.commit(change))._unsafeUnwrap();
        return (await storage.payments.find(opening.payment.merchantId, opening.payment.id))._unsafeUnwrap();
      };
      const late = await held(NOON + 900);
      const early = await held(NOON + 300, 'merchant-b');
      const between = await held(NOON + 600);
      await held(NOON + 901);
      await held(undefined);
      const keyOf = ({ merchantId, id }: Payment) => ({ merchantId, id });
      const lapsing = async (limit: number) =>
        (await storage.payments.lapsing(NOON + 900, limit))._unsafeUnwrap();
      expect(late).toMatchObject({ status: 'authorized', authorizedUntil: NOON + 900 });
      expect(await lapsing(10)).toEqual([early, between, late].map(keyOf));
      expect(await lapsing(2)).toEqual([early, between].map(keyOf));
      const voiding = aReservation(between, { type: 'void' }, NOON + 60);
      if (voiding === undefined) throw new Error('it is authorized');
      const { change, payment } = voiding;
      (await storage.commits.commit(change))._unsafeUnwrap();
      expect(await lapsing(10)).toEqual([early, late].map(keyOf));
      expect((await storage.payments.find(between.merchantId, between.id))._unsafeUnwrap()).toEqual(payment);
    });
  });
}
