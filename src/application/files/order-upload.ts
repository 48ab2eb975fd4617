import { err, errAsync, type ResultAsync, safeTry } from 'neverthrow';
import type { FileSource } from '../../domain/files/file-sources.ts';
import {
  MOST_UPLOAD_BYTES,
  openUpload,
  type PendingUpload,
  uploadIdOf,
} from '../../domain/files/file-upload.ts';
import { openJob } from '../../domain/files/job.ts';
import { uploadObject } from '../../domain/files/reconciliation-files.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
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
import { type MappingNotFound, readingOf } from './receive-file.ts';
import { nextLook, UPLOAD_WORK } from './receive-upload.ts';

export type OrderUploadRequest = Readonly<{
  merchantId: MerchantId;
  /** What the file is called by whoever sends it. */
  name: string;
  source: FileSource;
  /** The name of one of the merchant's. */
  mapping?: string;
  origin: Origin;
}>;

/** `url` takes the file, once or again, until the upload expires. */
export type OrderedUpload = Readonly<{ upload: PendingUpload; url: string }>;

export type OrderUploadFailure =
  | MerchantNotFound
  | MappingNotFound
  | ChangedMeanwhile
  | KeysUnavailable
  | ObjectStoreUnavailable
  | StorageUnavailable;

/**
 * Signs a link that takes a file of up to 1 GiB, and opens the job that looks for it. The mapping is read now, whatever the
 * merchant makes of its name later. A read and a commit.
 */
export type OrderUpload = (
  request: OrderUploadRequest,
  claimWith?: ClaimWith<OrderedUpload>,
) => ResultAsync<OrderedUpload, OrderUploadFailure>;

export type OrderUploadPorts = MovePorts & Readonly<{ merchants: Merchants; objects: ObjectStore }>;

/** Which type the link takes: that of CSV also for a file in gzip, which is known by its first bytes. */
export const UPLOAD_TYPE = 'text/csv';

export const orderUpload =
  (ports: OrderUploadPorts): OrderUpload =>
  ({ merchantId, name, source, mapping, origin }, claimWith = unclaimed) =>
    safeTry<OrderedUpload, OrderUploadFailure>(async function* () {
      const merchant = yield* ports.merchants.find(merchantId);
      if (merchant === undefined) return err<never, MerchantNotFound>({ kind: 'MerchantNotFound' });
      const reading = yield* readingOf(merchant, source, mapping, ports.digests.sha256);
      const at = ports.clock.now();
      const id = ports.ids.reconciliation(at);
      const job = ports.ids.job(at);
      const upload = openUpload({ id: uploadIdOf(id), merchantId, name, reading, job, createdAt: at });
      const url = yield* ports.objects.signUpload(uploadObject({ merchantId, id }), {
        expiresAt: upload.expiresAt,
        mostBytes: MOST_UPLOAD_BYTES,
        contentType: UPLOAD_TYPE,
      });
      const waiting = openJob({
        id: job,
        work: UPLOAD_WORK,
        subject: { merchantId, id: upload.id },
        createdAt: at,
        runAt: nextLook(upload, at),
      });
      const of = { at, origin };
      const change = aggregateChange(ports, { ...of, action: 'reconciliation_upload.ordered', next: upload });
      const opened = auditedAggregate(ports, { ...of, action: 'job.opened', next: waiting });
      const ordered = { upload, url };
      const claimed = yield* claimWith(
        {
          ...change,
          aggregates: [...change.aggregates, opened.guarded],
          audit: [...change.audit, opened.entry],
        },
        ordered,
      );
      return ports.commits
        .commit(claimed)
        .map(() => ordered)
        .orElse((failure) =>
          errAsync<OrderedUpload, OrderUploadFailure>(
            failure.kind === 'StorageUnavailable' ? failure : { kind: 'ChangedMeanwhile' },
          ),
        );
    });
