import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  type Part,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { err, ok, type Result } from 'neverthrow';
import type { ObjectKey } from '../../domain/files/object-key.ts';
import { present } from '../../domain/kernel/present.ts';
import {
  LEAST_PART_BYTES,
  MOST_PARTS,
  type PartTag,
  type StoredObject,
  type Upload,
  type UploadNotFound,
} from '../../ports/object-store.ts';
import { type Bucket, unless } from './bucket.ts';
import { nameOf, statusOf } from './faults.ts';

/** By which an object is known for the one that an upload made; the upload's own id goes when it is completed. */
const MADE_BY = 'paywright-upload';

/** What is stored under the upload's key now, and what was noted with it; undefined where nothing is. */
type Head = () => Promise<
  Readonly<{ object: StoredObject; metadata: Readonly<Record<string, string>> }> | undefined
>;

export async function startUpload(
  { client, bucket }: Bucket,
  key: ObjectKey,
  contentType: string,
): Promise<Upload> {
  const mark = crypto.randomUUID();
  const { UploadId = '' } = await client.send(
    new CreateMultipartUploadCommand({
      Bucket: bucket,
      Key: key,
      ContentType: contentType,
      ChecksumAlgorithm: 'SHA256',
      ChecksumType: 'COMPOSITE',
      Metadata: { [MADE_BY]: mark },
    }),
  );
  return { key, id: `${mark}:${UploadId}` };
}

/** The tag is the SHA-256 of the part: S3's own is another for the same bytes where the bucket is encrypted by KMS. */
export async function putPart(
  { client, bucket }: Bucket,
  upload: Upload,
  number: number,
  bytes: Uint8Array,
): Promise<Result<PartTag, UploadNotFound>> {
  if (!Number.isInteger(number) || number < 1 || number > MOST_PARTS)
    throw new Error(`an upload has parts 1 to ${MOST_PARTS} and no part ${number}`);
  const id = idOf(upload);
  if (id === undefined) return err(uploadNotFound(upload));
  const tag = createHash('sha256').update(bytes).digest('base64');
  const put = client.send(
    new UploadPartCommand({
      Bucket: bucket,
      Key: upload.key,
      UploadId: id.uploadId,
      PartNumber: number,
      Body: bytes,
      ContentLength: bytes.length,
      ChecksumSHA256: tag,
    }),
  );
  const done = await unless(put.catch(lookFor), isGone);
  return done === undefined ? err(uploadNotFound(upload)) : ok(tag);

  /** A part that is refused may be so before it is read, and what is left of it meets a connection that is closed. */
  async function lookFor(fault: unknown): Promise<never> {
    if (statusOf(fault) === undefined)
      await client.send(
        new ListPartsCommand({ Bucket: bucket, Key: upload.key, UploadId: id?.uploadId, MaxParts: 1 }),
      );
    throw fault;
  }
}

/** `head` reads the object: where the answer to a completion was lost, it says whether the upload made it. */
export async function completeUpload(
  at: Bucket,
  upload: Upload,
  tags: readonly PartTag[],
  head: Head,
): Promise<Result<StoredObject, UploadNotFound>> {
  if (tags.length === 0 || tags.length > MOST_PARTS)
    throw new Error(`an upload has 1 to ${MOST_PARTS} parts, not ${tags.length}`);
  const id = idOf(upload);
  if (id === undefined) return err(uploadNotFound(upload));
  const stored = await unless(partsOf(at, upload.key, id.uploadId), isGone);
  if (stored === undefined) return err(uploadNotFound(upload));
  const parts = tags.flatMap((tag, index) => {
    const part = stored.get(index + 1);
    return part?.ChecksumSHA256 === tag ? [part] : [];
  });
  if (parts.length < tags.length) return err(uploadNotFound(upload));
  for (const [index, { Size = 0 }] of parts.entries())
    if (Size < LEAST_PART_BYTES && index < parts.length - 1)
      throw new Error(`part ${index + 1} of an upload has ${Size} bytes, and others come after it`);
  const completed = await unless(
    at.client.send(
      new CompleteMultipartUploadCommand({
        Bucket: at.bucket,
        Key: upload.key,
        UploadId: id.uploadId,
        MultipartUpload: {
          Parts: parts.map(({ ETag, ChecksumSHA256, PartNumber }) =>
            present({ ETag, ChecksumSHA256, PartNumber }),
          ),
        },
      }),
    ),
    isGone,
  );
  // Also where the upload is gone by now: the try before may have completed it, and its answer been lost.
  const made = await head();
  if (made?.metadata[MADE_BY] === id.mark) return ok(made.object);
  if (completed === undefined) return err(uploadNotFound(upload));
  // Another writer has replaced it in the meantime.
  return ok({
    key: upload.key,
    size: parts.reduce((sum, { Size = 0 }) => sum + Size, 0),
    contentType: made?.object.contentType ?? 'application/octet-stream',
    checksum: (completed.ETag ?? '').replaceAll('"', ''),
    storedAt: at.clock.now(),
  });
}

export async function abortUpload({ client, bucket }: Bucket, upload: Upload): Promise<void> {
  const id = idOf(upload);
  if (id === undefined) return;
  await unless(
    client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: upload.key, UploadId: id.uploadId })),
    isGone,
  );
}

const uploadNotFound = ({ key }: Upload): UploadNotFound => ({ kind: 'UploadNotFound', key });

/** An id that a client changed names no upload. */
function idOf({ id }: Upload): Readonly<{ mark: string; uploadId: string }> | undefined {
  const [, mark, uploadId] = /^([0-9a-f-]{36}):([\x21-\x7e]{1,2000})$/.exec(id) ?? [];
  return mark === undefined || uploadId === undefined ? undefined : { mark, uploadId };
}

/** Completed or aborted, or a part of another tag is there. */
const isGone = (fault: unknown): boolean => ['NoSuchUpload', 'InvalidPart'].includes(nameOf(fault));

async function partsOf(
  { client, bucket }: Bucket,
  key: ObjectKey,
  uploadId: string,
): Promise<ReadonlyMap<number | undefined, Part>> {
  const parts = new Map<number | undefined, Part>();
  let marker: string | undefined;
  do {
    const page = await client.send(
      new ListPartsCommand({
        Bucket: bucket,
        Key: key,
        UploadId: uploadId,
        ...present({ PartNumberMarker: marker }),
      }),
    );
    for (const part of page.Parts ?? []) parts.set(part.PartNumber, part);
    marker = page.IsTruncated === true ? page.NextPartNumberMarker : undefined;
  } while (marker !== undefined);
  return parts;
}
