import { err, ok, type ResultAsync, safeTry } from 'neverthrow';
import { type Begun, timeIn } from '../../domain/kernel/work-claim.ts';
import {
  type Delivery,
  isReplayedSince,
  replayDelivery as replayed,
} from '../../domain/webhooks/delivery.ts';
import { type EndpointNotEnabled, enabledEndpoint } from '../../domain/webhooks/webhook-endpoint.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StaleVersion } from '../../ports/commits.ts';
import type { Deliveries } from '../../ports/deliveries.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { WakeUps } from '../../ports/wake-ups.ts';
import { type ChangedMeanwhile, orChangedMeanwhile, retryWhenStale } from '../kernel/retry-when-stale.ts';
import { type DeliveryNotFound, type DeliveryTarget, getDelivery } from './read-deliveries.ts';
import { type EndpointNotFound, findEndpoint } from './update-endpoint.ts';

export type ReplayFailure =
  | DeliveryNotFound
  | EndpointNotFound
  | EndpointNotEnabled
  | ChangedMeanwhile
  | StorageUnavailable;

/**
 * Sends a delivery once more, however it ended, with the same event id and body, all its tries and a new day before it.
 * It is the same delivery, so that no guard against repeats refuses it. One that was replayed since the same work began is
 * left as it is.
 */
export type ReplayDelivery = (target: DeliveryTarget, begun?: Begun) => ResultAsync<Delivery, ReplayFailure>;

export type ReplayPorts = Readonly<{
  aggregates: Aggregates;
  deliveries: Deliveries;
  wakeUps: WakeUps;
  clock: Clock;
}>;

export const replayDelivery = (ports: ReplayPorts): ReplayDelivery => {
  const find = getDelivery(ports);
  return (target, begun) => {
    let decided: Delivery | undefined;
    /** The reply to our own write may have been lost. */
    const isOurs = ({ version, updatedAt, expiresAt }: Delivery): boolean =>
      version === decided?.version && updatedAt === decided.updatedAt && expiresAt === decided.expiresAt;
    return retryWhenStale(() =>
      safeTry<Delivery, ReplayFailure | StaleVersion>(async function* () {
        const delivery = yield* find(target);
        if (isOurs(delivery) || isReplayedSince(delivery, begun, ports.clock.now())) return ok(delivery);
        const { merchantId, endpointId } = delivery;
        yield* enabledEndpoint(yield* findEndpoint(ports.aggregates, { merchantId, id: endpointId }));
        const next = replayed(delivery, timeIn(begun, ports.clock.now()));
        decided = next;
        const [isSaved] = yield* ports.deliveries.save([{ expected: delivery.version, next }]);
        if (isSaved !== true) return err<never, StaleVersion>({ kind: 'StaleVersion', id: delivery.id });
        ports.wakeUps.signal('deliveries');
        return ok(next);
      }),
    ).mapErr(orChangedMeanwhile);
  };
};
