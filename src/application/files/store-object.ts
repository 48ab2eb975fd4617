import { err, ok, type Result, ResultAsync } from 'neverthrow';
import type { ObjectKey } from '../../domain/files/object-key.ts';
import type {
  ObjectDamaged,
  ObjectStore,
  ObjectStoreUnavailable,
  PartTag,
  StoredObject,
  Upload,
  UploadNotFound,
} from '../../ports/object-store.ts';

/** More bytes came than the link allows. Nothing is stored. */
export type ObjectTooLarge = Readonly<{ kind: 'ObjectTooLarge'; mostBytes: number }>;
/** The client stopped sending before the end, or sent less than it had said. Nothing is stored. */
export type UploadCut = Readonly<{ kind: 'UploadCut' }>;

/** Rejects when its sender leaves before the end. */
export type SentBytes = AsyncIterable<Uint8Array>;

/** Above what S3 takes for the least of a part, and so that 10 000 of them hold 78 GiB. */
const PART_BYTES = 8 * 1_024 * 1_024;

/** Where the bytes go, and how many at the most, or exactly. */
export type ObjectPlace = Readonly<{
  key: ObjectKey;
  contentType: string;
  mostBytes: number;
  bytes?: number;
}>;

export type NotStored = ObjectTooLarge | UploadCut | UploadNotFound | ObjectDamaged | ObjectStoreUnavailable;

/**
 * Stores what is sent: whole, or not at all. Holds one part in memory; what is larger goes to the store part by part.
 */
export const storeObject = (
  objects: ObjectStore,
  place: ObjectPlace,
  sent: SentBytes,
): ResultAsync<StoredObject, NotStored> => new ResultAsync(stored(objects, place, sent));

async function stored(
  objects: ObjectStore,
  { key, contentType, mostBytes, bytes }: ObjectPlace,
  sent: SentBytes,
): Promise<Result<StoredObject, NotStored>> {
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
      if (next.value.done === true)
        return bytes === undefined || size === bytes ? ok(undefined) : err({ kind: 'UploadCut' });
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
