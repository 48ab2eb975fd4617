import type { MerchantId } from './ids.ts';
import { fromRfc3339, type Instant, rfc3339 } from './instant.ts';

/**
 * What every version of an aggregate has. `version` counts changes from 1; `auditHash` is the head of its audit chain at
 * that version.
 */
export type Revision<Kind extends string, Id extends string> = Readonly<{
  kind: Kind;
  id: Id;
  merchantId: MerchantId;
  version: number;
  createdAt: Instant;
  updatedAt: Instant;
  auditHash: string;
}>;

/** A revision under the names it is published with; its chain's head is stored beside it. */
export type RevisionRecord<Id extends string> = Readonly<{
  id: Id;
  merchant_id: MerchantId;
  version: number;
  created_at: string;
  updated_at: string;
}>;

/** The next version, changed at `now`. */
export const revised = <Entity extends Readonly<{ version: number; updatedAt: Instant }>>(
  entity: Entity,
  now: Instant,
): Entity => ({ ...entity, version: entity.version + 1, updatedAt: now });

/** The last version of an aggregate whose content is gone for good: only its name and its history stay. */
export const tombstone = <Kind extends string, Id extends string>(
  { kind, id, merchantId, version, createdAt, auditHash }: Revision<Kind, Id>,
  now: Instant,
): Revision<Kind, Id> => ({
  kind,
  id,
  merchantId,
  version: version + 1,
  createdAt,
  updatedAt: now,
  auditHash,
});

/** The part of an aggregate's record that every one has. */
export const revisionRecord = <Id extends string>({
  id,
  merchantId,
  version,
  createdAt,
  updatedAt,
}: Revision<string, Id>): RevisionRecord<Id> => ({
  id,
  merchant_id: merchantId,
  version,
  created_at: rfc3339(createdAt),
  updated_at: rfc3339(updatedAt),
});

/** Reads `revisionRecord` back. */
export const restoreRevision = <Kind extends string, Id extends string>(
  kind: Kind,
  record: RevisionRecord<Id>,
  auditHash: string,
): Revision<Kind, Id> => ({
  kind,
  id: record.id,
  merchantId: record.merchant_id,
  version: record.version,
  createdAt: fromRfc3339(record.created_at),
  updatedAt: fromRfc3339(record.updated_at),
  auditHash,
});
