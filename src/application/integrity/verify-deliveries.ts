import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { EventType } from '../../domain/kernel/events.ts';
import type { DeliveryId, EventId, MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import { deliveryId } from '../../domain/webhooks/delivery.ts';
import { type OpenEndpoint, subscribesTo } from '../../domain/webhooks/webhook-endpoint.ts';
import type { Deliveries } from '../../ports/deliveries.ts';
import type { Digests } from '../../ports/digests.ts';
import type { EventLog } from '../../ports/event-log.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { isExpectedType } from './expected-events.ts';
import type { FactWindow, NoteFact } from './facts.ts';
import { STABLE_MS } from './verify-marks.ts';

export type DeliveryReads = Readonly<{ deliveries: Deliveries; eventLog: EventLog; digests: Digests }>;

const PAGE = 500;

/**
 * Notes the deliveries that there are, and those that the log's events must have led to: of each event for each endpoint
 * that has not changed since before it, so that the fan-out found the endpoint as it is. `unsent` events may not
 * have been fanned out yet.
 */
export const noteDeliveries = (
  ports: DeliveryReads,
  merchantId: MerchantId,
  endpoints: readonly OpenEndpoint[],
  unsent: ReadonlySet<EventId>,
  { cut, from }: FactWindow,
  note: NoteFact,
): ResultAsync<void, StorageUnavailable> =>
  safeTry(async function* () {
    if (endpoints.length === 0) return ok(undefined);
    const isDue = (endpoint: OpenEndpoint, type: EventType, created: Instant) =>
      endpoint.updatedAt + STABLE_MS < created && subscribesTo(endpoint, type);
    const delivery = (side: 'found' | 'expected', id: DeliveryId) =>
      note(side, { topic: 'delivery', merchantId, id, text: id });
    for (let before: EventId | undefined; ; ) {
      const page = { limit: PAGE, ...present({ before }) };
      const events = yield* ports.eventLog.list(merchantId, { from, to: cut }, page);
      for (const event of events)
        if (isExpectedType(event.type) && !unsent.has(event.id))
          for (const endpoint of endpoints)
            if (isDue(endpoint, event.type, event.created))
              delivery('expected', deliveryId(event, endpoint.id, ports.digests.sha256));
      before = events.at(-1)?.id;
      if (events.length < PAGE) break;
    }
    const known = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
    for (let before: DeliveryId | undefined; ; ) {
      const page = { limit: PAGE, ...present({ before }) };
      const deliveries = yield* ports.deliveries.list(merchantId, {}, page);
      for (const { id, endpointId, eventId, eventType, createdAt } of deliveries) {
        const endpoint = known.get(endpointId);
        if (endpoint === undefined || createdAt < from || createdAt > cut || unsent.has(eventId)) continue;
        if (isExpectedType(eventType) && isDue(endpoint, eventType, createdAt)) delivery('found', id);
      }
      const last = deliveries.at(-1);
      if (last === undefined || deliveries.length < PAGE || last.createdAt < from) return ok(undefined);
      before = last.id;
    }
  });
