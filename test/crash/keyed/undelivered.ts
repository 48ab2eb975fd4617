import type { DeliveryId, MerchantId } from '../../../src/domain/kernel/ids.ts';
import { endDelivery } from '../../../src/domain/webhooks/delivery.ts';
import type { OpenEndpoint } from '../../../src/domain/webhooks/webhook-endpoint.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { aDelivery, anEvent } from '../../fixtures/webhooks.ts';

/** How many deliveries of an endpoint failed before the request, and how many events it missed. */
const FAILED = 2;
const MISSED = 2;

/** What a merchant's endpoint did not get, to be replayed by requests and to fail again in between. */
export function undelivered(storage: Storage, merchantId: MerchantId) {
  let prepared: Promise<DeliveryId> | undefined;
  let failures = 0;
  const all = async () => (await storage.deliveries.list(merchantId, {}, { limit: 100 }))._unsafeUnwrap();

  return {
    /** Made once, before the first request for it; gives one that failed. */
    prepare: (endpoint: OpenEndpoint): Promise<DeliveryId> => (prepared ??= prepare(endpoint)),
    /** What is on its way fails, so that it can be replayed once more. */
    async fail(): Promise<void> {
      const changes = (await all()).flatMap((each) =>
        each.status === 'pending'
          ? [{ expected: each.version, next: endDelivery(each, 'failed', each.updatedAt) }]
          : [],
      );
      failures += changes.length;
      (await storage.deliveries.save(changes))._unsafeUnwrap();
    },
    /** How often a delivery was made or replayed since. */
    async replays(): Promise<number> {
      const versions = (await all()).reduce((sum, { version }) => sum + version, 0);
      // Those that failed before were made and ended.
      return versions - failures - (prepared === undefined ? 0 : 2 * FAILED);
    },
  };

  async function prepare(endpoint: OpenEndpoint): Promise<DeliveryId> {
    const events = Array.from({ length: FAILED + MISSED }, (_, n) =>
      anEvent({ merchantId, at: endpoint.createdAt + n }),
    );
    (await storage.eventLog.addAll(events))._unsafeUnwrap();
    const pending = events.slice(0, FAILED).map((event) => aDelivery(endpoint, event, event.created));
    (await storage.deliveries.addAll(pending))._unsafeUnwrap();
    const failed = pending.map((each) => ({
      expected: each.version,
      next: endDelivery(each, 'failed', each.createdAt),
    }));
    (await storage.deliveries.save(failed))._unsafeUnwrap();
    return pending[0]?.id as DeliveryId;
  }
}
