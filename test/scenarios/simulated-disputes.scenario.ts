import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { simulatedDisputes } from '../../src/adapters/processor/simulator-disputes.ts';
import { simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { queueOpened } from '../../src/application/disputes/queue-opened.ts';
import { unclaimed } from '../../src/application/kernel/aggregate-change.ts';
import type { PaymentId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import { decodeResponse } from '../../src/entrypoints/http/payments/stored-responses.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId, origin } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { aPlatform } from '../support/http-app.ts';
import { handClock } from '../support/relay-workers.ts';

/** A merchant whose payments the simulator takes, and disputes. */
async function aShop(storage: Storage) {
  await addMerchants(storage, [aMerchant()]);
  const clock = handClock();
  const ledger = simulatorLedger(':memory:');
  onTestFinished(() => ledger.close());
  const processorDisputes = simulatedDisputes(ledger, clock);
  const processor = simulatedProcessor(ledger, clock);
  const { useCases, work } = aPlatform(storage, { clock, processor, processorDisputes });
  const merchantId = aMerchantId();
  const bodyOf = (given: Awaited<ReturnType<typeof useCases.processPayment>>) =>
    JSON.parse(decodeResponse(given._unsafeUnwrap().response).body) as {
      id: PaymentId;
      status: string | number;
    };
  return {
    clock,
    processorDisputes,
    useCases,
    work,
    queue: queueOpened(processorDisputes.opened, useCases.queueDispute),
    pay: async (paymentMethod: string): Promise<PaymentId> => {
      const order = { paymentMethod, amount: money(100n, 'USD'), captureMethod: 'automatic' } as const;
      return bodyOf(await useCases.processPayment({ merchantId, idempotencyKey: aKey(), ...order, origin }))
        .id;
    },
    /** How the refund ended, or the status that it was refused with. */
    refund: async (paymentId: PaymentId, amount: bigint): Promise<string | number> => {
      const modification = { type: 'refund', amount } as const;
      const given = await useCases.modifyPayment({
        merchantId,
        paymentId,
        idempotencyKey: aKey(),
        modification,
        origin,
      });
      return bodyOf(given as Parameters<typeof bodyOf>[0]).status;
    },
    list: async () =>
      (await useCases.listDisputes({ merchantId, filter: {}, limit: 9 }))._unsafeUnwrap().items,
    available: async () => (await storage.balances.of(merchantId, 'USD'))._unsafeUnwrap()[0]?.available,
  };
}

/** What the simulator's `test_disputed` shows, on every storage. */
export function simulatedDisputesContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Disputes in the simulator: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
    });
    afterEach(() => storage.close());

    it('open within seconds of a charge on test_disputed, take its money, and can be accepted', async () => {
      const { clock, processorDisputes, useCases, work, queue, pay, list, available } = await aShop(storage);
      await pay('test_disputed');
      await pay('card');
      expect([(await queue())._unsafeUnwrap(), await available()]).toEqual([0, 200n]);
      clock.pass(3_000);
      expect((await queue())._unsafeUnwrap()).toBe(1);
      // As after a restart of the process.
      expect((await queueOpened(processorDisputes.opened, useCases.queueDispute)())._unsafeUnwrap()).toBe(0);
      await work();
      const [dispute, ...others] = await list();
      if (dispute === undefined) throw new Error('nothing is disputed');
      expect([dispute.status, others, await available()]).toEqual(['needs_response', [], 100n]);
      (
        await useCases.acceptDispute({ merchantId: aMerchantId(), id: dispute.id, origin }, unclaimed)
      )._unsafeUnwrap();
      await work();
      expect(await list()).toMatchObject([{ status: 'accepted' }]);
      expect(await available()).toBe(100n);
    });

    it('take what was not refunded before, and nothing is refunded after, so that no cent is given back twice', async () => {
      const { clock, work, queue, pay, refund, list, available } = await aShop(storage);
      const [whole, part, untouched] = [
        await pay('test_disputed'),
        await pay('test_disputed'),
        await pay('test_disputed'),
      ];
      expect([await refund(whole, 100n), await refund(part, 30n)]).toEqual(['succeeded', 'succeeded']);
      clock.pass(2_999);
      expect(await refund(part, 10n)).toBe('succeeded');
      clock.pass(1);
      // Before the dispute is on record here, and after.
      expect(await refund(part, 60n)).toBe(402);
      (await queue())._unsafeUnwrap();
      await work();
      for (const id of [part, untouched]) expect(await refund(id, 1n)).toBe(402);
      expect((await list()).map(({ paymentId, amount }) => [paymentId, amount.minorUnits])).toEqual(
        expect.arrayContaining([
          [part, 60n],
          [untouched, 100n],
        ]),
      );
      expect([(await list()).length, await available()]).toEqual([2, 0n]);
    });
  });
}
