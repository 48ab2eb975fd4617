import { fanOutWebhooks } from '../application/fan-out-webhooks.ts';
import type { Ports } from '../application/use-cases.ts';
import type { EventSink } from '../ports/event-sinks.ts';

/** Where the platform's events go, in the order in which they are offered. While there is none, nothing is relayed. */
export const eventSinks = (ports: Ports): readonly EventSink[] => [fanOutWebhooks(ports)];
