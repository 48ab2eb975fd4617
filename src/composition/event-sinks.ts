import type { EventSink } from '../application/outbox/event-sink.ts';
import type { Ports } from '../application/use-cases.ts';
import { fanOutWebhooks } from '../application/webhooks/fan-out-webhooks.ts';

/** Where the platform's events go, in the order in which they are offered. While there is none, nothing is relayed. */
export const eventSinks = (ports: Ports): readonly EventSink[] => [fanOutWebhooks(ports)];
