import type { JobId, ReconciliationId, ReconciliationUploadId } from '../kernel/ids.ts';
import { fromRfc3339, rfc3339 } from '../kernel/instant.ts';
import type { JsonObject } from '../kernel/json.ts';
import { present } from '../kernel/present.ts';
import { type RevisionRecord, restoreRevision, revisionRecord } from '../kernel/revision.ts';
import type { SettlementMapping } from '../merchants/settlement-mapping.ts';
import type { FileUpload } from './file-upload.ts';

/** As it is audited and stored. */
export type FileUploadRecord = RevisionRecord<ReconciliationUploadId> &
  Readonly<{
    status: FileUpload['status'];
    name: string;
    source: string;
    mapping?: SettlementMapping;
    mapping_sha256?: string;
    expires_at: string;
    file_kept_until?: string;
    place?: number;
    duplicate_of?: ReconciliationId;
    error?: string;
    job_id: JobId;
  }>;

export const fileUploadRecord = (each: FileUpload): FileUploadRecord & JsonObject => ({
  ...revisionRecord(each),
  status: each.status,
  name: each.name,
  source: each.reading.source,
  ...present({ mapping: each.reading.mapping, mapping_sha256: each.reading.mappingSha256 }),
  expires_at: rfc3339(each.expiresAt),
  ...(each.fileKeptUntil === undefined ? {} : { file_kept_until: rfc3339(each.fileKeptUntil) }),
  ...present({ place: each.place }),
  ...(each.status === 'duplicate' ? { duplicate_of: each.of } : {}),
  ...(each.status === 'failed' ? { error: each.fault } : {}),
  job_id: each.job,
});

/** Reads `fileUploadRecord` back. Throws on a record that no upload could have left. */
export function restoreFileUpload(record: FileUploadRecord, auditHash: string): FileUpload {
  const known = {
    ...restoreRevision('reconciliation_upload', record, auditHash),
    name: record.name,
    reading: {
      source: record.source,
      ...present({ mapping: record.mapping, mappingSha256: record.mapping_sha256 }),
    },
    expiresAt: fromRfc3339(record.expires_at),
    ...(record.file_kept_until === undefined ? {} : { fileKeptUntil: fromRfc3339(record.file_kept_until) }),
    ...present({ place: record.place }),
    job: record.job_id,
  };
  const { status, duplicate_of: of, error } = record;
  if (status === 'pending' || status === 'arrived') return { ...known, status };
  if (status === 'duplicate') {
    if (of === undefined) throw new Error(`upload ${record.id} is a duplicate of none`);
    return { ...known, status, of };
  }
  if (error === undefined) throw new Error(`failed upload ${record.id} says no fault`);
  return { ...known, status, fault: error };
}
