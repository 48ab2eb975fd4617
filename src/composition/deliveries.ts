import { systemClock } from '../adapters/system/clock.ts';
import { type ShardAssignment, shardAssignment } from '../application/outbox/shard-assignment.ts';
import type { Ports } from '../application/use-cases.ts';
import {
  type DeliverTerms,
  type DeliverWebhooks,
  deliverWebhooks,
} from '../application/webhooks/deliver-webhooks.ts';
import { DELIVERY_SHARDS } from '../ports/deliveries.ts';
import type { WebhookSettings } from './platform-settings.ts';

/** What delivers this process's part of the webhooks, and which part that is. */
export type WebhookDelivery = Readonly<{
  /** For one worker. */
  deliverWith(told: Pick<DeliverTerms, 'onEnd' | 'onFault'>): DeliverWebhooks;
  share: ShardAssignment;
  /** Calls `wake` when there may be new deliveries; gives back what ends that. */
  subscribe: (wake: () => void) => () => void;
  /** Ends what is under way, as if its time was over. */
  cutOff: () => void;
}>;

export function webhookDeliveryOf(ports: Ports, { disableAfterMs }: WebhookSettings): WebhookDelivery {
  const { leases, wakeUps, webhookSender } = ports;
  return {
    deliverWith: (told) => deliverWebhooks({ ...ports, random: Math.random }, { disableAfterMs, ...told }),
    share: shardAssignment(
      { leases, clock: systemClock },
      { work: 'webhooks', shards: DELIVERY_SHARDS, holder: crypto.randomUUID() },
    ),
    subscribe: (wake) => wakeUps.subscribe('deliveries', wake),
    cutOff: () => webhookSender.cutOff(),
  };
}
