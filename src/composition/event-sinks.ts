import type { EventSink } from '../application/outbox/event-sink.ts';
import type { Ports } from '../application/use-cases.ts';
import { fanOutWebhooks } from '../application/webhooks/fan-out-webhooks.ts';
import { logEvents } from '../application/webhooks/log-events.ts';

/** Where the platform's events go, in the order in which they are offered. */
export const eventSinks = (ports: Ports): readonly EventSink[] => [logEvents(ports), fanOutWebhooks(ports)];
