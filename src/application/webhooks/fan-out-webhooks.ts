import { err, ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { DomainEvent } from '../../domain/kernel/events.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { bodyOf, openDelivery, type PendingDelivery } from '../../domain/webhooks/delivery.ts';
import { type OpenEndpoint, subscribesTo } from '../../domain/webhooks/webhook-endpoint.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Deliveries } from '../../ports/deliveries.ts';
import type { Digests } from '../../ports/digests.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { WakeUps } from '../../ports/wake-ups.ts';
import { inParallel } from '../kernel/in-parallel.ts';
import type { EventSink } from '../outbox/event-sink.ts';
import { listEndpoints } from './read-endpoints.ts';

export type FanOutPorts = Readonly<{
  aggregates: Aggregates;
  deliveries: Pick<Deliveries, 'addAll'>;
  wakeUps: WakeUps;
  clock: Clock;
  digests: Digests;
}>;

const KNOWN_FOR_MS = 1_000;
const MOST_KNOWN = 1_000;
const DELIVERIES_AT_ONCE = 1_000;
const READS_AT_ONCE = 8;

type KnownEndpoints = Readonly<{ readAt: Instant; endpoints: readonly OpenEndpoint[] }>;

/**
 * Makes a delivery of each event for each endpoint that subscribes to it. An endpoint that was there when an event was made
 * gets it, as far as clocks agree: what is known of a merchant's endpoints is used for a second at most, and never for
 * events that are younger than it. Given an event again it adds nothing.
 */
export const fanOutWebhooks = (ports: FanOutPorts): EventSink => {
  const { deliveries, wakeUps, clock } = ports;
  const { sha256 } = ports.digests;
  const read = listEndpoints(ports);
  const known = new Map<MerchantId, KnownEndpoints>();

  return {
    name: 'webhooks',
    take: (events) =>
      safeTry<readonly never[], StorageUnavailable>(async function* () {
        const endpointsOf = yield* endpointsFor(events);
        const now = clock.now();
        let batch: PendingDelivery[] = [];
        let isAny = false;
        for (const event of events) {
          const hearing = (endpointsOf.get(event.merchantId) ?? []).filter((each) =>
            subscribesTo(each, event.type),
          );
          if (hearing.length === 0) continue;
          isAny = true;
          const body = bodyOf(event);
          batch.push(...hearing.map((endpoint) => openDelivery(event, endpoint, { body, now, sha256 })));
          if (batch.length < DELIVERIES_AT_ONCE) continue;
          yield* deliveries.addAll(batch);
          batch = [];
        }
        if (batch.length > 0) yield* deliveries.addAll(batch);
        if (isAny) wakeUps.signal('deliveries');
        return ok([]);
      }).mapErr(({ cause }) => ({ kind: 'SinkUnavailable', cause })),
  };

  function endpointsFor(
    events: readonly DomainEvent[],
  ): ResultAsync<ReadonlyMap<MerchantId, readonly OpenEndpoint[]>, StorageUnavailable> {
    const newestOf = new Map<MerchantId, Instant>();
    for (const { merchantId, created } of events)
      newestOf.set(merchantId, Math.max(created, newestOf.get(merchantId) ?? created));
    const silent: StorageUnavailable[] = [];
    const found = new Map<MerchantId, readonly OpenEndpoint[]>();
    return inParallel([...newestOf], READS_AT_ONCE, ([merchantId, newest]) =>
      endpointsAt(merchantId, newest)
        .map((endpoints) => void found.set(merchantId, endpoints))
        .orElse((failure) => {
          silent.push(failure);
          return okAsync<void, never>(undefined);
        }),
    ).andThen(() => (silent[0] === undefined ? ok(found) : err(silent[0])));
  }

  function endpointsAt(
    merchantId: MerchantId,
    newest: Instant,
  ): ResultAsync<readonly OpenEndpoint[], StorageUnavailable> {
    const now = clock.now();
    const last = known.get(merchantId);
    if (last !== undefined && newest < last.readAt && last.readAt <= now && now - last.readAt < KNOWN_FOR_MS)
      return okAsync(last.endpoints);
    return read(merchantId).map((endpoints) => {
      if (known.size >= MOST_KNOWN) known.clear();
      // As of before the read: what was committed since then may be missing.
      known.set(merchantId, { readAt: now, endpoints });
      return endpoints;
    });
  }
};
