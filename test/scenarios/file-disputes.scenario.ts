import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Storage } from '../../src/ports/storage.ts';
import { countsOf, rowAbout } from '../fixtures/files.ts';
import { aShop, chargedBack, reversed } from './dispute-shop.ts';

/** Disputes that the processor's files alone say, on every storage. */
export function fileDisputesContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Disputes in the processor’s files: ${adapter}`, () => {
    let storage: Storage;
    let shop: Awaited<ReturnType<typeof aShop>>;
    beforeEach(async () => {
      storage = await open();
      shop = await aShop(storage);
    });
    afterEach(() => storage.close());

    it('are opened by a chargeback, and won by the reversal of all of it, each with its event', async () => {
      const [one, two] = [await shop.pay(), await shop.pay()];
      await shop.arrives([chargedBack(one, 'd-1'), chargedBack(two, 'd-2')]);
      await shop.work();
      expect(await shop.disputes()).toEqual([
        'd-2 needs_response chargeback 80',
        'd-1 needs_response chargeback 80',
      ]);
      expect(await shop.told()).toEqual(['dispute.created', 'dispute.created']);
      await shop.arrives([
        chargedBack(one, 'd-1'),
        reversed(one, 'd-1'),
        reversed(two, 'd-2', { amount: '70' }),
      ]);
      await shop.work();
      expect(await shop.disputes()).toEqual(['d-2 needs_response chargeback 80', 'd-1 won chargeback 80']);
      expect(await shop.told()).toEqual(['dispute.closed', 'dispute.created', 'dispute.created']);
      expect(await shop.verified()).toEqual([]);
    });

    it('are opened, and have been won, by two rows of one commit, with one event', async () => {
      const capture = await shop.pay();
      await shop.arrives([rowAbout(capture), chargedBack(capture, 'd-1'), reversed(capture, 'd-1')]);
      await shop.work();
      expect(await shop.disputes()).toEqual(['d-1 won chargeback 80']);
      expect(await shop.told()).toEqual(['dispute.created']);
      expect(await shop.verified()).toEqual([]);
    });

    it('are as the processor’s own record says once that is read, whichever came first', async () => {
      const [one, two] = [await shop.pay(), await shop.pay()];
      await shop.arrives([chargedBack(one, 'du_1')]);
      await shop.work();
      await shop.says('du_2', two, 'opened');
      await shop.work();
      await shop.arrives([chargedBack(two, 'du_2')]);
      await shop.says('du_1', one, 'lost');
      await shop.work();
      expect((await shop.disputes()).toSorted()).toEqual([
        'du_1 lost fraudulent 80',
        'du_2 needs_response fraudulent 80',
      ]);
      expect(await shop.told()).toEqual(['dispute.closed', 'dispute.created', 'dispute.created']);
      expect(await shop.posted()).toEqual(['chargeback 80', 'chargeback 80', 'fee 15', 'fee 15']);
      expect(await shop.verified()).toEqual([]);
    });

    it('are read at the processor, also where it has sent no event of them', async () => {
      const capture = await shop.pay();
      await shop.says('du_1', capture, 'lost', 0);
      await shop.arrives([chargedBack(capture, 'du_1'), chargedBack(capture, 'du_1')]);
      await shop.work();
      expect(await shop.disputes()).toEqual(['du_1 lost fraudulent 80']);
      expect(await shop.told()).toEqual(['dispute.closed', 'dispute.created']);
      expect(await shop.posted()).toEqual(['chargeback 80', 'fee 15']);
      expect(await shop.verified()).toEqual([]);
    });

    it('are not opened by a row that is an exception', async () => {
      const capture = await shop.pay();
      const { id } = await shop.arrives([chargedBack(capture, 'd-1', { amount: '101' })]);
      await shop.work();
      expect(countsOf(await shop.desk.find(id))).toEqual({ mismatched: 1 });
      expect([await shop.disputes(), await shop.told()]).toEqual([[], []]);
    });
  });
}
