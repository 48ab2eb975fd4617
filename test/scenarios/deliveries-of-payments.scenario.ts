import { describe, expect, it } from 'vitest';
import { deliveryId } from '../../src/domain/webhooks/delivery.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { digests, NOON } from '../fixtures/changes.ts';
import { anEvent, aPaymentId } from '../fixtures/webhooks.ts';
import { create, eachInItsOwnScene, merchantId, world } from './webhook-scene.ts';

/** More than are read at once. */
const EVENTS = 230;

/** What is found, on every storage, of what was delivered of one payment. */
export function deliveriesOfPaymentsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Deliveries of payments contract: ${adapter}`, () => {
    eachInItsOwnScene(open);

    it('has every delivery of a payment once, newest first, however many events it had', async () => {
      const { endpoint } = await create('https://shop.example/');
      const paymentId = aPaymentId();
      // Three of a moment, so that what is read at once ends in the middle of one.
      const events = Array.from({ length: EVENTS }, (_, n) =>
        anEvent({ paymentId, at: NOON + Math.floor(n / 3) }),
      );
      await world.tell(events);
      const found: string[] = [];
      for (let cursor: string | undefined, isMore = true; isMore; ) {
        const next = { merchantId, filter: { paymentId }, limit: 100, ...(cursor && { cursor }) };
        const page = (await world.listDeliveries(next))._unsafeUnwrap();
        found.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
        isMore = cursor !== undefined;
      }
      const made = events.map((event) => deliveryId(event, endpoint.id, digests.sha256));
      expect(found).toEqual(made.toSorted().reverse());
    });
  });
}
