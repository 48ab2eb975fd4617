import { createHash } from 'node:crypto';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadBucketCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { err, ok, type Result } from 'neverthrow';
import { type ObjectKey, parseObjectKey } from '../../domain/files/object-key.ts';
import { present } from '../../domain/kernel/present.ts';
import type {
  ByteRange,
  ObjectBytes,
  ObjectNotFound,
  ObjectStore,
  OpenObject,
  RangeNotSatisfiable,
  StoredObject,
} from '../../ports/object-store.ts';
import { attempt, type Bucket, unavailable, unless } from './bucket.ts';
import { isOfTheWorld, nameOf, statusOf } from './faults.ts';
import { signedRead, signedUpload } from './object-links.ts';
import { abortUpload, completeUpload, putPart, startUpload } from './object-uploads.ts';

/** What every process sees at once: S3 is strongly consistent. A bucket whose keys are not in order (S3 Express) is none for this. */
export function s3Objects(at: Bucket): ObjectStore {
  const { client, bucket, clock } = at;
  const head = (key: ObjectKey) => headOf(at, key);
  return {
    put: (key, bytes, contentType) =>
      attempt(async () => {
        const storedAt = clock.now();
        const { ETag } = await client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key,
            Body: bytes,
            ContentType: contentType,
            ContentLength: bytes.length,
            ChecksumSHA256: createHash('sha256').update(bytes).digest('base64'),
            Metadata: { [STORED_AT]: String(storedAt) },
          }),
        );
        return ok({ key, size: bytes.length, contentType, checksum: tagOf(ETag), storedAt });
      }),
    startUpload: (key, contentType) => attempt(async () => ok(await startUpload(at, key, contentType))),
    putPart: (upload, number, bytes) => attempt(() => putPart(at, upload, number, bytes)),
    completeUpload: (upload, tags) =>
      attempt(() =>
        completeUpload(at, upload, tags, async () => (await head(upload.key)).unwrapOr(undefined)),
      ),
    abortUpload: (upload) => attempt(async () => ok(await abortUpload(at, upload))),
    get: (key, range) => attempt(() => opened(at, key, range)),
    head: (key) => attempt(async () => (await head(key)).map(({ object }) => object)),
    list: (prefix, page) => attempt(async () => ok(await keysOf(at, prefix, page))),
    delete: (key) =>
      attempt(async () => {
        await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
        return ok(undefined);
      }),
    signRead: (key, terms) => attempt(async () => ok(await signedRead(at, key, terms))),
    signUpload: (key, terms) => attempt(async () => ok(await signedUpload(at, key, terms))),
  };
}

/** In milliseconds: what S3 notes itself has seconds, and is not in the answer to a PUT. */
const STORED_AT = 'paywright-stored-at';
const MOST_KEYS = 1_000;

const tagOf = (entityTag: string | undefined): string => (entityTag ?? '').replaceAll('"', '');
const notFound = (key: ObjectKey): ObjectNotFound => ({ kind: 'ObjectNotFound', key });

type Described = Pick<
  HeadObjectCommandOutput & GetObjectCommandOutput,
  'ContentLength' | 'ContentType' | 'ETag' | 'LastModified' | 'Metadata'
>;

const objectOf = (key: ObjectKey, about: Described, size = about.ContentLength ?? 0): StoredObject => ({
  key,
  size,
  contentType: about.ContentType ?? 'application/octet-stream',
  checksum: tagOf(about.ETag),
  storedAt: Number(about.Metadata?.[STORED_AT] ?? about.LastModified?.getTime() ?? 0),
});

type Head = Readonly<{ object: StoredObject; metadata: Readonly<Record<string, string>> }>;

/** What is stored, and what was noted with it. */
async function headOf({ client, bucket }: Bucket, key: ObjectKey): Promise<Result<Head, ObjectNotFound>> {
  const about = await unless(
    client.send(new HeadObjectCommand({ Bucket: bucket, Key: key })),
    (fault) => statusOf(fault) === 404,
  );
  if (about !== undefined) return ok({ object: objectOf(key, about), metadata: about.Metadata ?? {} });
  // An answer without a body does not say whether it is the object or the bucket that is not there.
  await client.send(new HeadBucketCommand({ Bucket: bucket }));
  return err(notFound(key));
}

async function opened(
  at: Bucket,
  key: ObjectKey,
  asked: ByteRange | undefined,
): Promise<Result<OpenObject, ObjectNotFound | RangeNotSatisfiable>> {
  const { client, bucket } = at;
  const range = asked === undefined ? {} : { Range: rangeHeader(asked), ...ifTag(asked.ofChecksum) };
  try {
    const reply = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...range }));
    const part = contentRange(reply.ContentRange);
    const object = objectOf(key, reply, part?.size);
    const bytes = bytesOf(key, reply.Body, reply.ContentLength ?? 0);
    await bytes.next();
    return ok({ object, bytes, ...present({ range: part?.range }) });
  } catch (fault) {
    if (nameOf(fault) === 'NoSuchKey') return err(notFound(key));
    // Another object has come in the place of the one whose range was asked for.
    if (statusOf(fault) === 412) return opened(at, key, undefined);
    if (statusOf(fault) !== 416) throw fault;
    return (await headOf(at, key)).andThen(({ object: { size } }) =>
      err<OpenObject, RangeNotSatisfiable>({ kind: 'RangeNotSatisfiable', size }),
    );
  }
}

const rangeHeader = (range: ByteRange): string =>
  'suffix' in range ? `bytes=-${range.suffix}` : `bytes=${range.first}-${range.last ?? ''}`;

const ifTag = (checksum: string | undefined) => (checksum === undefined ? {} : { IfMatch: `"${checksum}"` });

function contentRange(header: string | undefined) {
  const [, first, last, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(header ?? '') ?? [];
  if (size === undefined) return undefined;
  return { range: { first: Number(first), last: Number(last) }, size: Number(size) };
}

/** The body as it arrives; whatever ends it early is its last word. Lets go of the connection when it ends, however it ends. */
async function* bytesOf(key: ObjectKey, body: GetObjectCommandOutput['Body'], length: number): ObjectBytes {
  const stream = body as unknown as AsyncIterable<Uint8Array<ArrayBuffer>> & Readonly<{ destroy(): void }>;
  let seen = 0;
  try {
    // One that was never asked anything would not see the end of its reader: the opener takes this one.
    yield ok(new Uint8Array());
    for await (const piece of stream) {
      seen += piece.length;
      yield ok(piece);
    }
    if (seen !== length) yield err(unavailable(new Error(`${seen} of ${length} bytes came`)));
  } catch (cause) {
    // The SDK holds the bytes of a whole object against the checksum that it was stored with.
    if (cause instanceof Error && cause.message.startsWith('Checksum mismatch'))
      yield err({ kind: 'ObjectDamaged', key });
    else if (isOfTheWorld(cause)) yield err(unavailable(cause));
    else throw cause;
  } finally {
    stream.destroy();
  }
}

/** Keys of another's making, which are none of ours, are passed over. */
async function keysOf(
  { client, bucket }: Bucket,
  prefix: string,
  { limit, after }: Readonly<{ limit: number; after?: ObjectKey }>,
): Promise<readonly ObjectKey[]> {
  const keys: ObjectKey[] = [];
  const most = Math.min(limit, MOST_KEYS);
  let from: string | undefined = after;
  for (let more = true; more && keys.length < most; ) {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: prefix,
        MaxKeys: most - keys.length,
        ...present({ StartAfter: from }),
      }),
    );
    const found = page.Contents ?? [];
    keys.push(...found.flatMap(({ Key = '' }) => parseObjectKey(Key) ?? []));
    from = found.at(-1)?.Key;
    more = page.IsTruncated === true && from !== undefined;
  }
  return keys;
}
