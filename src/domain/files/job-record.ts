import { JOBS_TENANT, type JobId, type MerchantId } from '../kernel/ids.ts';
import { fromRfc3339, rfc3339 } from '../kernel/instant.ts';
import type { JsonObject } from '../kernel/json.ts';
import { present } from '../kernel/present.ts';
import { type Job, type JobProgress } from './job.ts';

/** As it is audited and stored. */
export type JobRecord = Readonly<{
  id: JobId;
  work: string;
  subject: Readonly<{ merchant_id: MerchantId; id: string }>;
  status: Job['status'];
  run_at?: string;
  holder?: string;
  leased_until?: string;
  attempts: number;
  last_error?: string;
  checkpoint?: JsonObject;
  progress: JobProgress;
  version: number;
  created_at: string;
  updated_at: string;
}>;

export const jobRecord = (job: Job): JobRecord => ({
  id: job.id,
  work: job.work,
  subject: { merchant_id: job.subject.merchantId, id: job.subject.id },
  status: job.status,
  ...(job.status === 'waiting' ? { run_at: rfc3339(job.runAt) } : {}),
  ...(job.status === 'running' ? { holder: job.holder, leased_until: rfc3339(job.leasedUntil) } : {}),
  attempts: job.attempts,
  ...present({ last_error: job.lastError, checkpoint: job.checkpoint }),
  progress: job.progress,
  version: job.version,
  created_at: rfc3339(job.createdAt),
  updated_at: rfc3339(job.updatedAt),
});

/** The job a stored record describes. Throws on a record that no job could have left. */
export function restoreJob(record: JobRecord, auditHash: string): Job {
  const known = {
    kind: 'job',
    id: record.id,
    merchantId: JOBS_TENANT,
    work: record.work,
    subject: { merchantId: record.subject.merchant_id, id: record.subject.id },
    attempts: record.attempts,
    ...present({ lastError: record.last_error, checkpoint: record.checkpoint }),
    progress: record.progress,
    version: record.version,
    createdAt: fromRfc3339(record.created_at),
    updatedAt: fromRfc3339(record.updated_at),
    auditHash,
  } as const;
  const { status, run_at: runAt, holder, leased_until: leasedUntil } = record;
  if (status === 'waiting') {
    if (runAt === undefined) throw new Error(`waiting job ${record.id} says no time`);
    return { ...known, status, runAt: fromRfc3339(runAt) };
  }
  if (status === 'running') {
    if (holder === undefined || leasedUntil === undefined)
      throw new Error(`running job ${record.id} says no lease`);
    return { ...known, status, holder, leasedUntil: fromRfc3339(leasedUntil) };
  }
  return { ...known, status };
}
