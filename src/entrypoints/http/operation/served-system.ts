import type { ResultAsync } from 'neverthrow';
import type { OpenJobs } from '../../../application/files/open-jobs.ts';
import type { ChangedMeanwhile } from '../../../application/kernel/retry-when-stale.ts';
import type { EventNotParked } from '../../../application/outbox/parked-events.ts';
import type { ApprovalMessage } from '../../../domain/approvals/approval-message.ts';
import type { Origin } from '../../../domain/kernel/actor.ts';
import type { EventId } from '../../../domain/kernel/ids.ts';
import type { Instant } from '../../../domain/kernel/instant.ts';
import type { PendingDelivery } from '../../../domain/webhooks/delivery.ts';
import type { QueueDepth } from '../../../ports/approvals/approval-queue.ts';
import type { DueDeliveries } from '../../../ports/deliveries.ts';
import type { Backlog, OutboxEvent, Outgoing } from '../../../ports/outbox.ts';
import type { StorageUnavailable } from '../../../ports/unavailable.ts';
import type { SERVICES } from './system-schemas.ts';

type OfService<Value> = Readonly<Record<(typeof SERVICES)[number], Value>>;

/** An event that waits; only the platform's say whose it is. */
export type WaitingEvent = Outgoing & Readonly<{ merchantId?: string }>;

/** An event that is not tried any more. */
export type ParkedEvent = OutboxEvent<WaitingEvent>;

/** What waits at one moment. `queue` is absent while the queue, which may be elsewhere, does not answer. */
export type SystemBacklogs = Readonly<{
  outboxes: OfService<Backlog>;
  queue?: QueueDepth;
  jobs: OpenJobs;
  deliveries: DueDeliveries;
}>;

type Rows<Row> = (limit: number) => ResultAsync<readonly Row[], StorageUnavailable>;

/** Puts a parked event back on its way, of whichever service, with who did it on record. */
type Release = (
  asked: Readonly<{ id: EventId; origin: Origin }>,
) => ResultAsync<ParkedEvent, EventNotParked | ChangedMeanwhile | StorageUnavailable>;

/** What a process that lasts shows operators of itself and of both services. Rows come oldest first, up to a limit. */
export type ServedSystem = Readonly<{
  version: string;
  node: string;
  startedAt: Instant;
  circuit: () => string;
  now: () => Instant;
  backlogs: () => ResultAsync<SystemBacklogs, StorageUnavailable>;
  unsent: OfService<Rows<WaitingEvent>>;
  parked: OfService<Rows<ParkedEvent>>;
  jobs: () => ResultAsync<OpenJobs, StorageUnavailable>;
  dueDeliveries: Rows<PendingDelivery>;
  deadLetters: Rows<ApprovalMessage>;
  release: Release;
}>;

export type SystemParts = Readonly<{ system?: ServedSystem }>;
