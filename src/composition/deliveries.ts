import type { ResultAsync } from 'neverthrow';
import { systemClock } from '../adapters/system/clock.ts';
import { type ShardAssignment, shardAssignment } from '../application/outbox/shard-assignment.ts';
import type { Ports } from '../application/use-cases.ts';
import {
  type DeliverTerms,
  type DeliverWebhooks,
  deliverWebhooks,
} from '../application/webhooks/deliver-webhooks.ts';
import { DELIVERY_SHARDS } from '../ports/deliveries.ts';
import type { StorageUnavailable } from '../ports/unavailable.ts';
import type { WebhookSettings } from './platform-settings.ts';

/** What delivers this process's part of the webhooks, and which part that is. */
export type WebhookDelivery = Readonly<{
  /** For one worker. */
  deliverWith(told: Pick<DeliverTerms, 'onEnd' | 'onFault'>): DeliverWebhooks;
  share: ShardAssignment;
  /** Calls `wake` when there may be new deliveries; gives back what ends that. */
  subscribe: (wake: () => void) => () => void;
  /** Whether any delivery is due, or will be within that time, in all shards. */
  isAwaited: (withinMs: number) => ResultAsync<boolean, StorageUnavailable>;
  /** Ends what is under way, as if its time was over. */
  cutOff: () => void;
}>;

const ALL_SHARDS = Array.from({ length: DELIVERY_SHARDS }, (_, shard) => shard);

export function webhookDeliveryOf(ports: Ports, { disableAfterMs }: WebhookSettings): WebhookDelivery {
  const { leases, wakeUps, webhookSender, deliveries } = ports;
  return {
    deliverWith: (told) => deliverWebhooks({ ...ports, random: Math.random }, { disableAfterMs, ...told }),
    share: shardAssignment(
      { leases, clock: systemClock },
      { work: 'webhooks', shards: DELIVERY_SHARDS, holder: crypto.randomUUID() },
    ),
    subscribe: (wake) => wakeUps.subscribe('deliveries', wake),
    isAwaited: (withinMs) =>
      deliveries.due(ALL_SHARDS, systemClock.now() + withinMs, 1).map((found) => found.length > 0),
    cutOff: () => webhookSender.cutOff(),
  };
}
