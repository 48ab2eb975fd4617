import { ok, type ResultAsync, safeTry } from 'neverthrow';
import { type DeliveryId, firstIdAt } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import { type Delivery, replayDelivery } from '../../domain/webhooks/delivery.ts';
import { type EndpointNotEnabled, enabledEndpoint } from '../../domain/webhooks/webhook-endpoint.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { ReplayPorts } from './replay-delivery.ts';
import { type EndpointNotFound, type EndpointTarget, findEndpoint } from './update-endpoint.ts';

/** `more`: so many had failed that some are left; the same request again goes on with those. */
export type FailedReplayed = Readonly<{ replayed: number; more: boolean }>;

/**
 * Sends again what failed or expired of all events made since then, the newest first, as `ReplayDelivery` does one. Up to
 * 10 000 in one call. What a rival replays meanwhile is left to it.
 */
export type ReplayFailed = (
  request: EndpointTarget & Readonly<{ since: Instant }>,
) => ResultAsync<FailedReplayed, EndpointNotFound | EndpointNotEnabled | StorageUnavailable>;

const MOST_REPLAYED = 10_000;
const PAGE = 200;
const ENDED = ['failed', 'expired'] as const;

export const replayFailed =
  (ports: ReplayPorts): ReplayFailed =>
  ({ since, ...target }) =>
    safeTry(async function* () {
      yield* enabledEndpoint(yield* findEndpoint(ports.aggregates, target));
      const oldest = firstIdAt('whd', since);
      let replayed = 0;
      for (const status of ENDED) {
        let last: DeliveryId | undefined;
        for (let more = true; more; ) {
          if (replayed >= MOST_REPLAYED) return ok({ replayed, more: true });
          const page = { limit: PAGE, since: oldest, ...present({ before: last }) };
          const filter = { endpointId: target.id, status };
          const found = yield* ports.deliveries.list(target.merchantId, filter, page);
          replayed += yield* replayAll(ports, found);
          last = found.at(-1)?.id;
          more = found.length === PAGE;
        }
      }
      return ok({ replayed, more: false });
    });

function replayAll(
  { deliveries, clock, wakeUps }: ReplayPorts,
  wanted: readonly Delivery[],
): ResultAsync<number, StorageUnavailable> {
  const now = clock.now();
  const changes = wanted.map((each) => ({ expected: each.version, next: replayDelivery(each, now) }));
  return deliveries.save(changes).map((saved) => {
    if (saved.includes(true)) wakeUps.signal('deliveries');
    return saved.filter((isSaved) => isSaved).length;
  });
}
