import { err, ok, type ResultAsync, safeTry } from 'neverthrow';
import { type PendingDelivery, replayDelivery as replayed } from '../../domain/webhooks/delivery.ts';
import { type EndpointNotEnabled, enabledEndpoint } from '../../domain/webhooks/webhook-endpoint.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Deliveries } from '../../ports/deliveries.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { WakeUps } from '../../ports/wake-ups.ts';
import type { ChangedMeanwhile } from '../kernel/changed-meanwhile.ts';
import { type DeliveryNotFound, type DeliveryTarget, getDelivery } from './get-delivery.ts';
import { type EndpointNotFound, findEndpoint } from './update-endpoint.ts';

export type ReplayFailure =
  | DeliveryNotFound
  | EndpointNotFound
  | EndpointNotEnabled
  | ChangedMeanwhile
  | StorageUnavailable;

/**
 * Sends a delivery once more, however it ended, with the same event id and body, all its tries and a new day before it.
 * It is the same delivery, so nothing that tells repeats apart stands in its way.
 */
export type ReplayDelivery = (target: DeliveryTarget) => ResultAsync<PendingDelivery, ReplayFailure>;

export type ReplayPorts = Readonly<{
  aggregates: Aggregates;
  deliveries: Deliveries;
  wakeUps: WakeUps;
  clock: Clock;
}>;

const MOST_ATTEMPTS = 10;

const meanwhile: ChangedMeanwhile = { kind: 'ChangedMeanwhile' };

export const replayDelivery = (ports: ReplayPorts): ReplayDelivery => {
  const find = getDelivery(ports);
  const attempt = (target: DeliveryTarget, left: number): ResultAsync<PendingDelivery, ReplayFailure> =>
    safeTry<PendingDelivery, ReplayFailure>(async function* () {
      const delivery = yield* find(target);
      const { merchantId, endpointId } = delivery;
      yield* enabledEndpoint(yield* findEndpoint(ports.aggregates, { merchantId, id: endpointId }));
      const next = replayed(delivery, ports.clock.now());
      const [isSaved] = yield* ports.deliveries.save([{ expected: delivery.version, next }]);
      if (isSaved !== true) return left > 1 ? attempt(target, left - 1) : err(meanwhile);
      ports.wakeUps.signal('deliveries');
      return ok(next);
    });
  return (target) => attempt(target, MOST_ATTEMPTS);
};
