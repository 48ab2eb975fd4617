import { ResultAsync } from 'neverthrow';
import { sqsApprovalQueue, sqsClient } from '../adapters/aws/approval-queue.ts';
import { eventBridgeBus, eventBridgeClient } from '../adapters/aws/event-bus.ts';
import { busRisks, queueRisks } from '../adapters/aws/messaging-risks.ts';
import type { ApprovalQueue } from '../ports/approvals/approval-queue.ts';
import type { EventBus } from '../ports/approvals/event-bus.ts';
import type { StorageRisk } from '../ports/storage-risk.ts';
import type { BusSettings, QueueSettings } from './messaging-settings.ts';

/** A queue or a bus, and what only its operators use. */
export type MessagingPart<Port> = Readonly<{
  port: Port;
  /** What of it no serving process in production may leave open; asks the service. */
  risks(): ResultAsync<readonly StorageRisk[], never>;
  close(): void;
}>;

/** A queue in SQS. */
export function openSqs({
  url,
  region,
}: Extract<QueueSettings, { kind: 'sqs' }>): MessagingPart<ApprovalQueue> {
  const client = sqsClient(region);
  const at = { client, url };
  return {
    port: sqsApprovalQueue(at),
    risks: () => ResultAsync.fromSafePromise(queueRisks(at)),
    close: () => client.destroy(),
  };
}

/** A bus of EventBridge. */
export function openEventBridge({
  name,
  region,
}: Extract<BusSettings, { kind: 'event_bridge' }>): MessagingPart<EventBus> {
  const client = eventBridgeClient(region);
  const at = { client, name };
  return {
    port: eventBridgeBus(at),
    risks: () => ResultAsync.fromSafePromise(busRisks(at)),
    close: () => client.destroy(),
  };
}
