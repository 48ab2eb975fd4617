import { err, ok, okAsync, type Result, type ResultAsync } from 'neverthrow';
import {
  endUpload,
  type FileUpload,
  keysOfUpload,
  MOST_UPLOAD_BYTES,
  type PendingUpload,
  reconciliationIdOf,
  UPLOAD_GRACE_MS,
} from '../../domain/files/file-upload.ts';
import type { RunningJob } from '../../domain/files/job.ts';
import { fileKey } from '../../domain/files/reconciliation.ts';
import { fileObject, uploadObject } from '../../domain/files/reconciliation-files.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ObjectBytes, ObjectStore } from '../../ports/object-store.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { auditedAggregate, type MovePorts } from '../kernel/aggregate-change.ts';
import { heldUp } from './file-records.ts';
import type { Beside, JobHeldUp, JobStep, JobWork } from './job-work.ts';
import { measure } from './receive-file.ts';
import { openedReconciliation, type ReceivedFile } from './start-reconciliation.ts';
import { type SentBytes, storeObject } from './store-object.ts';

/** What jobs that look for a file that was to be sent are called. */
export const UPLOAD_WORK = 'reconciliation_upload';

export type UploadPorts = MovePorts & Readonly<{ objects: ObjectStore }>;

const FIRST_LOOK_MS = 60_000;

/** After this no file comes any more. */
const closesAt = ({ expiresAt }: FileUpload): Instant => expiresAt + UPLOAD_GRACE_MS;

/** A minute after the order, then ever later: an arrival that nothing was said of is found in twice the time it has waited. */
export function nextLook(upload: FileUpload, now: Instant): Instant {
  let after = FIRST_LOOK_MS;
  while (upload.createdAt + after <= now) after *= 2;
  return Math.min(upload.createdAt + after, closesAt(upload));
}

/**
 * Looks for the file that an upload is for. Once it is there it is copied to where no link reaches, measured on the way, and
 * reconciled from there: the end of the upload, the reconciliation and its job are one commit. A copy that no commit followed is
 * written again. In the end removes what the link took after that.
 */
export const receiveUploads = (ports: UploadPorts): JobWork => ({
  async *run(job) {
    yield await stepOf(ports, job);
  },
  failing: (job, code) =>
    findUpload(ports, job).map((found) =>
      found?.status === 'pending' ? endedBeside(ports, found, { status: 'failed', fault: code }) : {},
    ),
  cleanUp: () => okAsync(undefined),
});

async function stepOf(ports: UploadPorts, job: RunningJob): Promise<Result<JobStep, JobHeldUp>> {
  const { objects } = ports;
  const found = await findUpload(ports, job);
  if (found.isErr()) return err(heldUp(found.error));
  const upload = found.value;
  const end: JobStep = { end: job.progress };
  if (upload === undefined) return ok(end);
  const key = uploadObject({ merchantId: upload.merchantId, id: reconciliationIdOf(upload.id) });
  const now = ports.clock.now();
  const isClosed = now >= closesAt(upload);
  if (upload.status !== 'pending')
    return isClosed
      ? objects
          .delete(key)
          .map(() => end)
          .mapErr(heldUp)
      : ok({ resumesAt: closesAt(upload) });
  const opened = await objects.get(key);
  if (opened.isErr()) {
    if (opened.error.kind !== 'ObjectNotFound') return err(heldUp(opened.error));
    return ok(
      isClosed
        ? { ...end, beside: endedBeside(ports, upload, { status: 'failed', fault: 'upload_expired' }) }
        : { resumesAt: nextLook(upload, now) },
    );
  }
  if (opened.value.object.size > MOST_UPLOAD_BYTES) {
    // No link of a bucket is bound to a size that its sender did not say.
    await opened.value.bytes.return();
    const end = { status: 'failed', fault: 'file_too_large' } as const;
    return ok({ resumesAt: closesAt(upload), beside: endedBeside(ports, upload, end) });
  }
  const beside = await copied(ports, upload, opened.value.bytes);
  return beside.map((each) => ({ resumesAt: closesAt(upload), beside: each }));
}

async function copied(
  ports: UploadPorts,
  upload: PendingUpload,
  bytes: ObjectBytes,
): Promise<Result<Beside, JobHeldUp>> {
  const { merchantId, name, reading, fileKeptUntil: keptUntil } = upload;
  const id = reconciliationIdOf(upload.id);
  const kept = present({ keptUntil });
  const key = fileObject({ merchantId, id, file: kept });
  const measured = measure(sentFrom(bytes), ports.digests.startSha256());
  const place = { key, contentType: 'text/csv', mostBytes: MOST_UPLOAD_BYTES };
  const stored = await storeObject(ports.objects, place, measured.bytes);
  if (stored.isErr()) return err(heldUp(stored.error));
  const received: ReceivedFile = { merchantId, id, file: { name, ...measured.file(), ...kept }, reading };
  if (received.file.bytes === 0) return dropped({ status: 'failed', fault: 'file_empty' });
  const held = await ports.aggregates.findByKey(
    merchantId,
    'reconciliation',
    fileKey({ ...reading, file: received.file }),
  );
  if (held.isErr()) return err(heldUp(held.error));
  if (held.value !== undefined) return dropped({ status: 'duplicate', of: held.value.id });
  const at = ports.clock.now();
  const arrived = endedBeside(ports, upload, { status: 'arrived' });
  const started = openedReconciliation(ports, received, { at, origin: originOf(upload) });
  return ok({
    aggregates: [...(arrived.aggregates ?? []), ...started.aggregates],
    audit: [...(arrived.audit ?? []), ...started.audit],
  });

  async function dropped(end: Parameters<typeof endUpload>[1]): Promise<Result<Beside, JobHeldUp>> {
    const deleted = await ports.objects.delete(key);
    return deleted.map(() => endedBeside(ports, upload, end)).mapErr(heldUp);
  }
}

/** What cannot be read to its end is not stored. */
export async function* sentFrom(bytes: ObjectBytes): SentBytes & AsyncGenerator<Uint8Array> {
  for await (const piece of bytes) {
    if (piece.isErr()) throw new Error(piece.error.kind);
    yield piece.value;
  }
}

const findUpload = (
  { aggregates }: UploadPorts,
  { subject: { merchantId, id } }: RunningJob,
): ResultAsync<FileUpload | undefined, StorageUnavailable> =>
  aggregates.find(merchantId, 'reconciliation_upload', id).map((found) => found);

function endedBeside(
  ports: UploadPorts,
  before: PendingUpload,
  end: Parameters<typeof endUpload>[1],
): Beside {
  const at = ports.clock.now();
  const { guarded, entry } = auditedAggregate(ports, {
    at,
    origin: originOf(before),
    action: `reconciliation_upload.${end.status}`,
    before,
    next: endUpload(before, end, at),
    releases: keysOfUpload(before),
  });
  return { aggregates: [guarded], audit: [entry] };
}

const originOf = ({ id }: FileUpload): Origin => ({
  actor: { id: 'reconciliation_upload', type: 'system' },
  requestId: id,
});
