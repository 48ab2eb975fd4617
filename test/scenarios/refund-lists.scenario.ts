import { errAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { payment, transaction } from '../../src/entrypoints/http/payments/payment-schemas.ts';
import { refundPage } from '../../src/entrypoints/http/payments/refunds.ts';
import type { Processor } from '../../src/ports/processor.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { aPlatform } from '../support/http-app.ts';
import { aClient, type Client } from '../support/http-client.ts';

/** How the refunds of all payments are listed, over every storage. */
export function refundListsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`lists of refunds: ${adapter}`, () => {
    let isSilent: boolean;
    let mine: Client;
    let theirs: Client;
    beforeEach(async () => {
      isSilent = false;
      const simulated = simulatedProcessor(simulatorLedger(':memory:'), systemClock);
      const processor: Processor = {
        ...simulated,
        move: (order) =>
          isSilent
            ? simulated.move(order).andThen(() => errAsync({ kind: 'ProcessorOutcomeUnknown' as const }))
            : simulated.move(order),
      };
      const storage = await open();
      await addMerchants(storage, [aMerchant('merchant-a'), aMerchant('merchant-b')]);
      const { app } = aPlatform(storage, { processor });
      const send = (path: string, init: RequestInit) => app.request(path, init);
      mine = await aClient(send, aMerchantId('merchant-a'));
      theirs = await aClient(send, aMerchantId('merchant-b'));
      return () => storage.close();
    });

    const pay = async (client: Client, currency = 'USD', payment_method = 'card') => {
      const body = { amount: 100, currency, payment_method };
      return payment.parse(await (await client.post('/payments', body, aKey())).json()).id;
    };
    const refund = async (client: Client, id: string, amount: number) =>
      transaction.parse(
        await (await client.post(`/payments/${id}/refunds`, { amount, reason: 'came back' }, aKey())).json(),
      );
    const listed = async (query = '', client = mine) =>
      refundPage.parse(await (await client.get(`/refunds?${query}`)).json());

    it('have each refund of every payment once, as it is answered, newest first', async () => {
      const [first, second] = [await pay(mine), await pay(mine, 'EUR')];
      const refunds = [
        await refund(mine, first, 10),
        await refund(mine, second, 20),
        await refund(mine, first, 30),
      ].reverse();
      await refund(theirs, await pay(theirs), 40);
      expect((await listed()).items).toEqual(refunds);
      expect((await listed('currency=EUR')).items).toEqual([refunds[1]]);
      expect((await listed('', theirs)).items.map(({ amount }) => amount)).toEqual([40]);
      const walked: unknown[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page = await listed(`limit=1${cursor && `&cursor=${cursor}`}`);
        walked.push(...page.items);
        cursor = page.next_cursor;
      }
      expect(walked).toEqual(refunds);
    });

    it('have those that the processor has not answered, and those that it declined', async () => {
      const [silent, declined] = [await pay(mine), await pay(mine, 'USD', 'test_movement_refused')];
      isSilent = true;
      await mine.post(`/payments/${silent}/refunds`, { amount: 5 }, aKey());
      isSilent = false;
      await mine.post(`/payments/${declined}/refunds`, { amount: 6 }, aKey());
      const { items } = await listed();
      expect(items.map(({ payment_id, status }) => [payment_id, status])).toEqual([
        [declined, 'failed'],
        [silent, 'pending'],
      ]);
    });

    it('are of the time that is asked for, and of none that is not one', async () => {
      const made = await refund(mine, await pay(mine), 10);
      const at = (ms: number) => new Date(Date.parse(made.created_at) + ms).toISOString();
      expect((await listed(`start_date=${at(0)}&end_date=${at(0)}`)).items).toEqual([made]);
      expect((await listed(`end_date=${at(-1)}`)).items).toEqual([]);
      expect((await listed(`start_date=${at(1)}`)).items).toEqual([]);
      expect((await mine.get(`/refunds?start_date=${at(1)}&end_date=${at(0)}`)).status).toBe(400);
      expect((await mine.get('/refunds?status=failed')).status).toBe(400);
      expect((await mine.get('/refunds?cursor=x')).status).toBe(400);
    });
  });
}
