import type { EventId, MerchantId } from './ids.ts';
import { fromRfc3339, type Instant, rfc3339 } from './instant.ts';

/**
 * The head of the chain that audits who put a parked event back on its way. It is apart from the event, which is gone once it was
 * sent. `version` counts how often that was done.
 */
export type EventRelease = Readonly<{
  kind: 'event_release';
  /** The event's id under another prefix. */
  id: string;
  merchantId: MerchantId;
  eventId: EventId;
  eventType: string;
  version: number;
  updatedAt: Instant;
  auditHash: string;
}>;

export const eventReleaseId = (eventId: EventId): string => eventId.replace(/^evt_/, 'evr_');

/** One release more. */
export const nextRelease = (
  before: EventRelease | undefined,
  { id, type, merchantId }: Readonly<{ id: EventId; type: string; merchantId: MerchantId }>,
  now: Instant,
): EventRelease => ({
  kind: 'event_release',
  id: eventReleaseId(id),
  merchantId,
  eventId: id,
  eventType: type,
  version: (before?.version ?? 0) + 1,
  updatedAt: now,
  auditHash: before?.auditHash ?? '',
});

export type EventReleaseRecord = Readonly<{
  id: string;
  merchant_id: MerchantId;
  event_id: EventId;
  event_type: string;
  version: number;
  updated_at: string;
}>;

export const eventReleaseRecord = (release: EventRelease): EventReleaseRecord => ({
  id: release.id,
  merchant_id: release.merchantId,
  event_id: release.eventId,
  event_type: release.eventType,
  version: release.version,
  updated_at: rfc3339(release.updatedAt),
});

export const restoreEventRelease = (record: EventReleaseRecord, auditHash: string): EventRelease => ({
  kind: 'event_release',
  id: record.id,
  merchantId: record.merchant_id,
  eventId: record.event_id,
  eventType: record.event_type,
  version: record.version,
  updatedAt: fromRfc3339(record.updated_at),
  auditHash,
});
