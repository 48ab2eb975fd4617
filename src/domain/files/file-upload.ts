import { idOf, type JobId, type ReconciliationId, type ReconciliationUploadId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import { type Revision, revised } from '../kernel/revision.ts';
import type { FileReading } from './file-sources.ts';

type Known = Revision<'reconciliation_upload', ReconciliationUploadId> &
  Readonly<{
    /** What the file is called by its sender, and how it is read. */
    name: string;
    reading: FileReading;
    /** Until then the link takes it. */
    expiresAt: Instant;
    /** Until then the file is kept once it has arrived; for good where nothing is said. */
    fileKeptUntil?: Instant;
    /** Its place among the merchant's uploads that are pending, from 1; absent of those of an earlier version. */
    place?: number;
    /** What looks for the file, and in the end removes what came after it. */
    job: JobId;
  }>;

export type PendingUpload = Known & Readonly<{ status: 'pending' }>;
/** `arrived`: the reconciliation is there, under its own id. `duplicate`: the bytes are another's, which is there. */
type EndedUpload = Known &
  (
    | Readonly<{ status: 'arrived' }>
    | Readonly<{ status: 'duplicate'; of: ReconciliationId }>
    | Readonly<{ status: 'failed'; fault: string }>
  );

/** A file of a processor that is to be sent to a link, and then reconciled. */
export type FileUpload = PendingUpload | EndedUpload;

/** How long a link takes a file, and how long after that one may still be on its way. */
export const UPLOAD_MS = 3_600_000;
export const UPLOAD_GRACE_MS = 300_000;

/** A worker reads all of it in one step of a job, whose lease is a minute. */
export const MOST_UPLOAD_BYTES = 1_024 ** 3;

/** As many uploads of a merchant are pending at once; each is looked for until its link is over. */
export const MOST_PENDING_UPLOADS = 20;

/** The unique key of a place among a merchant's pending uploads. */
export const uploadPlaceKey = (place: number): string => `pending ${place}`;

/** Every unique key that an upload holds. */
export const keysOfUpload = ({ status, place }: Pick<FileUpload, 'status' | 'place'>): readonly string[] =>
  status === 'pending' && place !== undefined ? [uploadPlaceKey(place)] : [];

export const openUpload = (
  order: Pick<
    Known,
    'id' | 'merchantId' | 'name' | 'reading' | 'job' | 'createdAt' | 'fileKeptUntil' | 'place'
  >,
): PendingUpload => ({
  kind: 'reconciliation_upload',
  ...order,
  status: 'pending',
  expiresAt: order.createdAt + UPLOAD_MS,
  version: 1,
  updatedAt: order.createdAt,
  auditHash: '',
});

type End =
  | Readonly<{ status: 'arrived' }>
  | Readonly<{ status: 'duplicate'; of: ReconciliationId }>
  | Readonly<{ status: 'failed'; fault: string }>;

export const endUpload = (pending: PendingUpload, end: End, now: Instant): EndedUpload => ({
  ...revised(pending, now),
  ...end,
});

/** The upload and the reconciliation of its file have the same digits. */
export const uploadIdOf = (id: ReconciliationId): ReconciliationUploadId =>
  idOf('upl', id.slice('rec_'.length));
export const reconciliationIdOf = (id: ReconciliationUploadId): ReconciliationId =>
  idOf('rec', id.slice('upl_'.length));
