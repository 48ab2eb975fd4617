import { ok, type ResultAsync, safeTry } from 'neverthrow';
import { type EventId, idOf, timeDigits } from '../../domain/kernel/ids.ts';
import type { Begun } from '../../domain/kernel/work-claim.ts';
import {
  bodyOf,
  type OutgoingEvent,
  openDelivery,
  type PendingDelivery,
} from '../../domain/webhooks/delivery.ts';
import {
  type EndpointNotEnabled,
  enabledEndpoint,
  type OpenEndpoint,
} from '../../domain/webhooks/webhook-endpoint.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Deliveries } from '../../ports/deliveries.ts';
import type { Digests } from '../../ports/digests.ts';
import type { Ids } from '../../ports/ids.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { WakeUps } from '../../ports/wake-ups.ts';
import { type EndpointNotFound, type EndpointTarget, findEndpoint } from './update-endpoint.ts';

/**
 * A delivery of `webhook_endpoint.test` to this one endpoint, whatever it listens to: sent, signed and tried again as any
 * other. It is in no outbox and no event log. Where work that has begun says which event it is, doing it again adds none.
 */
export type SendTestEvent = (
  target: EndpointTarget,
  begun?: Begun,
) => ResultAsync<PendingDelivery, EndpointNotFound | EndpointNotEnabled | StorageUnavailable>;

export type TestEventPorts = Readonly<{
  aggregates: Aggregates;
  deliveries: Deliveries;
  wakeUps: WakeUps;
  clock: Clock;
  ids: Ids;
  digests: Digests;
}>;

export const sendTestEvent =
  ({ aggregates, deliveries, wakeUps, clock, ids, digests }: TestEventPorts): SendTestEvent =>
  (target, begun) =>
    safeTry(async function* () {
      const endpoint = yield* enabledEndpoint(yield* findEndpoint(aggregates, target));
      const { sha256 } = digests;
      const now = begun?.at ?? clock.now();
      const event: OutgoingEvent = {
        id: begun === undefined ? ids.event(now) : eventIdOf(begun, endpoint, sha256),
        type: 'webhook_endpoint.test',
        merchantId: target.merchantId,
        created: now,
        data: { endpoint_id: endpoint.id },
      };
      const delivery = openDelivery(event, endpoint, { body: bodyOf(event), now, sha256 });
      yield* deliveries.addAll([delivery]);
      wakeUps.signal('deliveries');
      return ok(delivery);
    });

const eventIdOf = ({ at, name }: Begun, { id }: OpenEndpoint, sha256: Digests['sha256']): EventId =>
  idOf('evt', timeDigits(at) + sha256(`${name} ${id}`).slice(0, 32 - 12));
