import { err, ok, Result, ResultAsync } from 'neverthrow';
import { present } from '../../domain/kernel/present.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LinkGrant, ObjectLinks } from '../../ports/object-links.ts';
import type {
  ByteRange,
  ObjectDamaged,
  ObjectNotFound,
  ObjectStore,
  ObjectStoreUnavailable,
  OpenObject,
  PartTag,
  RangeNotSatisfiable,
  StoredObject,
  Upload,
  UploadNotFound,
} from '../../ports/object-store.ts';

/** The link was forged or changed, its time is over, or it was signed for something else. */
export type LinkRefused = Readonly<{ kind: 'LinkRefused' }>;
/** More bytes came than the link allows. Nothing is stored. */
export type ObjectTooLarge = Readonly<{ kind: 'ObjectTooLarge'; mostBytes: number }>;
/** The upload is of another type than the link was signed for. */
export type ObjectTypeMismatch = Readonly<{ kind: 'ObjectTypeMismatch'; contentType: string }>;
/** The client stopped sending before the end. Nothing is stored. */
export type UploadCut = Readonly<{ kind: 'UploadCut' }>;

export type LinkedObject = Readonly<{ object: StoredObject; fileName?: string }>;

/** Where the store's own signed links are served. */
export type LinkPorts = Readonly<{ objects: ObjectStore; objectLinks: ObjectLinks; clock: Clock }>;

type ReadFailure = LinkRefused | ObjectNotFound | ObjectDamaged | ObjectStoreUnavailable;

/** What a link of `signRead` leads to, without its bytes. One read of the store. */
export type HeadLinkedObject = (link: string) => ResultAsync<LinkedObject, ReadFailure>;

export const headLinkedObject =
  ({ objects, ...ports }: LinkPorts): HeadLinkedObject =>
  (link) =>
    granted(ports, link, 'read').asyncAndThen(({ key, fileName }) =>
      objects.head(key).map((object) => ({ object, ...present({ fileName }) })),
    );

/** What a link of `signRead` leads to, read as it is asked for. Whoever gets it reads the bytes to the end or returns them. */
export type ReadLinkedObject = (
  link: string,
  range?: ByteRange,
) => ResultAsync<OpenObject & LinkedObject, ReadFailure | RangeNotSatisfiable>;

export const readLinkedObject =
  ({ objects, ...ports }: LinkPorts): ReadLinkedObject =>
  (link, range) =>
    granted(ports, link, 'read').asyncAndThen(({ key, fileName }) =>
      objects.get(key, range).map((opened) => ({ ...opened, ...present({ fileName }) })),
    );

/** Rejects when its sender leaves before the end. */
export type SentBytes = AsyncIterable<Uint8Array>;

/**
 * Stores what is sent to a link of `signUpload`: whole, or not at all. Holds one part in memory; what is larger goes to the
 * store part by part.
 */
export type WriteLinkedObject = (
  link: string,
  sent: Readonly<{ contentType: string; bytes: SentBytes }>,
) => ResultAsync<
  StoredObject,
  | LinkRefused
  | ObjectTooLarge
  | ObjectTypeMismatch
  | UploadCut
  | UploadNotFound
  | ObjectDamaged
  | ObjectStoreUnavailable
>;

/** Above what S3 takes for the least of a part, and so that 10 000 of them hold 78 GiB. */
const PART_BYTES = 8 * 1_024 * 1_024;

export const writeLinkedObject =
  ({ objects, ...ports }: LinkPorts): WriteLinkedObject =>
  (link, { contentType, bytes }) =>
    granted(ports, link, 'upload')
      .andThen((grant) =>
        contentType === grant.contentType
          ? ok(grant)
          : err<never, ObjectTypeMismatch>({ kind: 'ObjectTypeMismatch', contentType: grant.contentType }),
      )
      .asyncAndThen((grant) => new ResultAsync(stored(objects, grant, bytes)));

type Granted<Verb extends LinkGrant['verb']> = Extract<LinkGrant, Readonly<{ verb: Verb }>>;

function granted<Verb extends LinkGrant['verb']>(
  { objectLinks, clock }: Omit<LinkPorts, 'objects'>,
  link: string,
  verb: Verb,
): Result<Granted<Verb>, LinkRefused> {
  const grant = objectLinks.open(link);
  return grant !== undefined && grant.verb === verb && clock.now() < grant.expiresAt
    ? ok(grant as Granted<Verb>)
    : err({ kind: 'LinkRefused' });
}

async function stored(
  objects: ObjectStore,
  { key, contentType, mostBytes }: Granted<'upload'>,
  sent: SentBytes,
): Promise<
  Result<StoredObject, ObjectTooLarge | UploadCut | UploadNotFound | ObjectDamaged | ObjectStoreUnavailable>
> {
  const part = new Uint8Array(Math.min(PART_BYTES, mostBytes));
  let filled = 0;
  let size = 0;
  let upload: Upload | undefined;
  const tags: PartTag[] = [];
  const put = async (): Promise<Result<void, UploadNotFound | ObjectStoreUnavailable>> => {
    if (upload === undefined) {
      const started = await objects.startUpload(key, contentType);
      if (started.isErr()) return err(started.error);
      upload = started.value;
    }
    const tag = await objects.putPart(upload, tags.length + 1, part.subarray(0, filled));
    filled = 0;
    return tag.map((each) => void tags.push(each));
  };
  const ended = await taken();
  if (ended.isErr()) {
    // What is left where this fails too is swept.
    if (upload !== undefined) await objects.abortUpload(upload);
    return err(ended.error);
  }
  if (upload === undefined) return objects.put(key, part.subarray(0, filled), contentType);
  const last = await put();
  return last.isErr() ? err(last.error) : objects.completeUpload(upload, tags);

  async function taken(): Promise<
    Result<void, ObjectTooLarge | UploadCut | UploadNotFound | ObjectStoreUnavailable>
  > {
    const pieces = sent[Symbol.asyncIterator]();
    for (;;) {
      const next = await ResultAsync.fromPromise(pieces.next(), (): UploadCut => ({ kind: 'UploadCut' }));
      if (next.isErr()) return err(next.error);
      if (next.value.done === true) return ok(undefined);
      const piece = next.value.value;
      size += piece.length;
      if (size > mostBytes) {
        await pieces.return?.();
        return err({ kind: 'ObjectTooLarge', mostBytes });
      }
      for (let at = 0; at < piece.length; ) {
        const done = filled === part.length ? await put() : ok(undefined);
        if (done.isErr()) return err(done.error);
        const fits = piece.subarray(at, at + part.length - filled);
        part.set(fits, filled);
        at += fits.length;
        filled += fits.length;
      }
    }
  }
}
