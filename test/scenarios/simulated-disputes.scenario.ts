import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { simulatedDisputes } from '../../src/adapters/processor/simulator-disputes.ts';
import { simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { queueOpened } from '../../src/application/disputes/queue-opened.ts';
import { unclaimed } from '../../src/application/kernel/aggregate-change.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId, origin } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { aPlatform } from '../support/http-app.ts';
import { handClock } from '../support/relay-workers.ts';

/** What the simulator's `test_disputed` shows, on every storage. */
export function simulatedDisputesContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Disputes in the simulator: ${adapter}`, () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
    });
    afterEach(() => storage.close());

    it('open within seconds of a charge on test_disputed, take its money, and can be accepted', async () => {
      await addMerchants(storage, [aMerchant()]);
      const clock = handClock();
      const ledger = simulatorLedger(':memory:');
      const processorDisputes = simulatedDisputes(ledger, clock);
      const processor = simulatedProcessor(ledger, clock);
      const { useCases, work } = aPlatform(storage, { clock, processor, processorDisputes });
      const queue = queueOpened(processorDisputes.opened, useCases.queueDispute);
      const merchantId = aMerchantId();
      for (const paymentMethod of ['test_disputed', 'card'])
        (
          await useCases.processPayment({
            merchantId,
            idempotencyKey: aKey(),
            amount: money(100n, 'USD'),
            paymentMethod,
            captureMethod: 'automatic',
            origin,
          })
        )._unsafeUnwrap();
      const list = async () =>
        (await useCases.listDisputes({ merchantId, filter: {}, limit: 9 }))._unsafeUnwrap().items;
      const available = async () =>
        (await storage.balances.of(merchantId, 'USD'))._unsafeUnwrap()[0]?.available;
      expect([(await queue())._unsafeUnwrap(), await available()]).toEqual([0, 200n]);
      clock.pass(3_000);
      expect((await queue())._unsafeUnwrap()).toBe(1);
      // As after a restart of the process.
      expect((await queueOpened(processorDisputes.opened, useCases.queueDispute)())._unsafeUnwrap()).toBe(0);
      await work();
      const [dispute, ...others] = await list();
      if (dispute === undefined) throw new Error('nothing is disputed');
      expect([dispute.status, others, await available()]).toEqual(['needs_response', [], 100n]);
      (await useCases.acceptDispute({ merchantId, id: dispute.id, origin }, unclaimed))._unsafeUnwrap();
      await work();
      expect(await list()).toMatchObject([{ status: 'accepted' }]);
      expect(await available()).toBe(100n);
      ledger.close();
    });
  });
}
