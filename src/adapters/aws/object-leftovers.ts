import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  type MultipartUpload,
} from '@aws-sdk/client-s3';
import { ok } from 'neverthrow';
import { present } from '../../domain/kernel/present.ts';
import type { ObjectStoreUnavailable } from '../../ports/object-store.ts';
import type { Leftover, Retention } from '../../ports/retention.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { attempt, type Bucket, unless } from './bucket.ts';
import { nameOf } from './faults.ts';

/** As long as a bucket's own rule, where it has one, keeps uploads that are never completed. */
const UPLOADS_KEPT_MS = 7 * 24 * 3_600_000;
/** Pages of 1 000 that are looked through in one round. */
const MOST_PAGES = 10;

/** Aborts the uploads that were never completed, also in a bucket without a rule that does so. */
export function uploadRetention(at: Bucket): Retention<Leftover> {
  const endOf = ({ Initiated }: MultipartUpload) => (Initiated?.getTime() ?? 0) + UPLOADS_KEPT_MS;
  const uploads = async (): Promise<readonly MultipartUpload[]> =>
    (await openUploads(at)).toSorted((a, b) => endOf(a) - endOf(b));
  return {
    kinds: ['upload'],
    prune: (_kind, now, limit) =>
      attempt(async () => {
        const over = (await uploads()).filter((upload) => endOf(upload) <= now).slice(0, limit);
        for (const { Key, UploadId } of over)
          await unless(
            at.client.send(new AbortMultipartUploadCommand({ Bucket: at.bucket, Key, UploadId })),
            (fault) => nameOf(fault) === 'NoSuchUpload',
          );
        return ok(over.length);
      }).mapErr(asStorage),
    oldestEnds: () =>
      attempt(async () => {
        const [oldest] = await uploads();
        return ok(oldest === undefined ? undefined : endOf(oldest));
      }).mapErr(asStorage),
  };
}

async function openUploads({ client, bucket }: Bucket): Promise<readonly MultipartUpload[]> {
  const found: MultipartUpload[] = [];
  let next: Readonly<{ KeyMarker?: string; UploadIdMarker?: string }> | undefined = {};
  for (let page = 0; page < MOST_PAGES && next !== undefined; page += 1) {
    const reply: ListMultipartUploadsCommandOutput = await client.send(
      new ListMultipartUploadsCommand({ Bucket: bucket, ...next }),
    );
    found.push(...(reply.Uploads ?? []));
    const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = reply;
    next = reply.IsTruncated === true ? present({ KeyMarker, UploadIdMarker }) : undefined;
  }
  return found;
}

const asStorage = ({ cause }: ObjectStoreUnavailable): StorageUnavailable => ({
  kind: 'StorageUnavailable',
  cause,
});
