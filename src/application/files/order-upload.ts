import { err, errAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { FileReading, FileSource } from '../../domain/files/file-sources.ts';
import {
  keysOfUpload,
  MOST_PENDING_UPLOADS,
  MOST_UPLOAD_BYTES,
  openUpload,
  type PendingUpload,
  reconciliationIdOf,
  uploadIdOf,
  uploadPlaceKey,
} from '../../domain/files/file-upload.ts';
import { openJob } from '../../domain/files/job.ts';
import { uploadObject } from '../../domain/files/reconciliation-files.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Change } from '../../ports/commits.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { ObjectStore, ObjectStoreUnavailable } from '../../ports/object-store.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../ports/unavailable.ts';
import {
  aggregateChange,
  auditedAggregate,
  type ClaimWith,
  type MovePorts,
  unclaimed,
} from '../kernel/aggregate-change.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';
import type { MerchantNotFound } from '../merchants/read-merchants.ts';
import { type FileTerms, type MappingNotFound, readingOf } from './receive-file.ts';
import { nextLook, UPLOAD_WORK } from './receive-upload.ts';
import type { ObjectTooLarge } from './store-object.ts';

export type OrderUploadRequest = Readonly<{
  merchantId: MerchantId;
  /** What the file is called by its sender. */
  name: string;
  source: FileSource;
  /** The name of one of the merchant's. */
  mapping?: string;
  /** How large it is, where its sender knows: the link takes exactly so many bytes. */
  bytes?: number;
  origin: Origin;
}>;

/** `url` takes the file, once or again, of up to `mostBytes`, until the upload expires. */
export type OrderedUpload = Readonly<{ upload: PendingUpload; url: string; mostBytes: number }>;

/** As many uploads of the merchant are pending as may be. One ends when its file has arrived, or when its link is over. */
export type UploadsPending = Readonly<{ kind: 'UploadsPending'; most: number }>;

export type OrderUploadFailure =
  | MerchantNotFound
  | MappingNotFound
  | ObjectTooLarge
  | UploadsPending
  | ChangedMeanwhile
  | KeysUnavailable
  | ObjectStoreUnavailable
  | StorageUnavailable;

/**
 * Signs a link that takes a file of up to 1 GiB, and opens the job that looks for it. The mapping is read now, whatever the
 * merchant makes of its name later. The places of pending uploads are unique keys, so that no number of processes gives one merchant
 * more than there are. A read and a commit, and a read more for each place that is taken.
 */
export type OrderUpload = (
  request: OrderUploadRequest,
  claimWith?: ClaimWith<OrderedUpload>,
) => ResultAsync<OrderedUpload, OrderUploadFailure>;

export type OrderUploadPorts = MovePorts & Readonly<{ merchants: Merchants; objects: ObjectStore }>;

/** Which type the link takes: that of CSV also for a file in gzip, which is known by its first bytes. */
export const UPLOAD_TYPE = 'text/csv';

export const orderUpload =
  (ports: OrderUploadPorts, { keepFilesMs }: FileTerms): OrderUpload =>
  ({ merchantId, name, source, mapping, bytes, origin }, claimWith = unclaimed) => {
    const mostBytes = bytes ?? MOST_UPLOAD_BYTES;
    return safeTry<OrderedUpload, OrderUploadFailure>(async function* () {
      if (mostBytes > MOST_UPLOAD_BYTES)
        return err<never, ObjectTooLarge>({ kind: 'ObjectTooLarge', mostBytes: MOST_UPLOAD_BYTES });
      const merchant = yield* ports.merchants.find(merchantId);
      if (merchant === undefined) return err<never, MerchantNotFound>({ kind: 'MerchantNotFound' });
      return inPlace(yield* readingOf(merchant, source, mapping, ports.digests.sha256), 1);
    });

    function inPlace(reading: FileReading, place: number): ReturnType<OrderUpload> {
      if (place > MOST_PENDING_UPLOADS)
        return errAsync({ kind: 'UploadsPending', most: MOST_PENDING_UPLOADS });
      return ports.aggregates
        .findByKey(merchantId, 'reconciliation_upload', uploadPlaceKey(place))
        .andThen((holder) =>
          holder === undefined ? orderedIn(reading, place) : inPlace(reading, place + 1),
        );
    }

    function orderedIn(reading: FileReading, place: number): ReturnType<OrderUpload> {
      const at = ports.clock.now();
      const upload = openUpload({
        id: uploadIdOf(ports.ids.reconciliation(at)),
        merchantId,
        name,
        reading,
        fileKeptUntil: at + keepFilesMs,
        place,
        job: ports.ids.job(at),
        createdAt: at,
      });
      return safeTry<OrderedUpload, OrderUploadFailure>(async function* () {
        const id = reconciliationIdOf(upload.id);
        const url = yield* ports.objects.signUpload(uploadObject({ merchantId, id }), {
          expiresAt: upload.expiresAt,
          mostBytes,
          contentType: UPLOAD_TYPE,
          ...present({ bytes }),
        });
        const ordered = { upload, url, mostBytes };
        const claimed = yield* claimWith(uploadChange(ports, upload, origin), ordered);
        return ports.commits
          .commit(claimed)
          .map(() => ordered)
          .orElse((failure) => {
            if (failure.kind === 'KeyTaken') return inPlace(reading, place + 1);
            return errAsync<OrderedUpload, OrderUploadFailure>(
              failure.kind === 'StorageUnavailable' ? failure : { kind: 'ChangedMeanwhile' },
            );
          });
      });
    }
  };

/** The upload in its place and the job that looks for its file, with their links. */
function uploadChange(
  ports: Pick<OrderUploadPorts, 'ids' | 'digests'>,
  upload: PendingUpload,
  origin: Origin,
): Change {
  const { merchantId, id, job, createdAt: at } = upload;
  const waiting = openJob({
    id: job,
    work: UPLOAD_WORK,
    subject: { merchantId, id },
    createdAt: at,
    runAt: nextLook(upload, at),
  });
  const of = { at, origin };
  const takes = keysOfUpload(upload);
  const change = aggregateChange(ports, {
    ...of,
    action: 'reconciliation_upload.ordered',
    next: upload,
    takes,
  });
  const opened = auditedAggregate(ports, { ...of, action: 'job.opened', next: waiting });
  return {
    ...change,
    aggregates: [...change.aggregates, opened.guarded],
    audit: [...change.audit, opened.entry],
  };
}
