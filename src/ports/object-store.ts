import type { Result, ResultAsync } from 'neverthrow';
import type { ObjectKey } from '../domain/files/object-key.ts';
import type { Instant } from '../domain/kernel/instant.ts';

/** A whole stored file. `checksum` is the store's own text, equal for none but equal bytes: a strong entity tag. */
export type StoredObject = Readonly<{
  key: ObjectKey;
  size: number;
  contentType: string;
  checksum: string;
  storedAt: Instant;
}>;

export type ObjectNotFound = Readonly<{ kind: 'ObjectNotFound'; key: ObjectKey }>;
/** The upload was completed or aborted, has been swept, or never began; or it has no part of this tag. */
export type UploadNotFound = Readonly<{ kind: 'UploadNotFound'; key: ObjectKey }>;
/** The object has no byte of the range that was asked for. */
export type RangeNotSatisfiable = Readonly<{ kind: 'RangeNotSatisfiable'; size: number }>;
/**
 * What is stored is not what was written: asking again does not help. A store that keeps files finds it before a byte of the
 * damaged part is given out; S3 sees to what it keeps by itself, and what the way did to a whole object is found at its end.
 */
export type ObjectDamaged = Readonly<{ kind: 'ObjectDamaged'; key: ObjectKey }>;
/**
 * The disk is full, the folder has vanished or may not be written, the service is silent. Nothing that was not whole before
 * is visible now; the same call can be repeated. `cause` is for logs only.
 */
export type ObjectStoreUnavailable = Readonly<{ kind: 'ObjectStoreUnavailable'; cause: unknown }>;

/** An upload in parts, as a checkpoint holds it: any process goes on with it. */
export type Upload = Readonly<{ key: ObjectKey; id: string }>;
/** Stands for the bytes of one part. */
export type PartTag = string;

/**
 * `last` is inclusive, and all the rest where it is absent; `suffix` is so many bytes from the end. With `ofChecksum` the
 * range is for that object alone: another is given whole.
 */
export type ByteRange = (Readonly<{ first: number; last?: number }> | Readonly<{ suffix: number }>) &
  Readonly<{ ofChecksum?: string }>;

/**
 * The bytes of an object as they are read, each piece forgotten before the next. An Err is the last thing it gives: what came
 * before is not all there is. `return` lets go of what it holds.
 */
export type ObjectBytes = AsyncGenerator<
  Result<Uint8Array<ArrayBuffer>, ObjectDamaged | ObjectStoreUnavailable>,
  void,
  void
>;

/** `first` and `last` are inclusive; absent where all of the object is read. */
export type OpenObject = Readonly<{
  object: StoredObject;
  range?: Readonly<{ first: number; last: number }>;
  bytes: ObjectBytes;
}>;

/** The least that a part before the last holds, and the most parts of one upload, as S3 has them. */
export const LEAST_PART_BYTES = 5 * 1_024 * 1_024;
export const MOST_PARTS = 10_000;

/**
 * Where files are kept. An object is written whole or not at all, and replaced whole: a reader that has begun reads the one
 * it began with, where the store can, and else fails. Every read sees every write that has resolved. Adapters must pass
 * `test/contract/object-store.contract.ts`.
 *
 * ```ts
 * // Two processes write one file: the second goes on from what the first left in its checkpoint.
 * const upload = yield* objects.startUpload(key, 'text/csv');
 * const first = yield* objects.putPart(upload, 1, fiveMebibytes);
 * const second = yield* objects.putPart(upload, 2, theRest);
 * yield* objects.completeUpload(upload, [first, second]);
 * ```
 */
export interface ObjectStore {
  /** For bytes that fit in memory; more are uploaded in parts. Of rival writers one wins whole. */
  put(
    key: ObjectKey,
    bytes: Uint8Array,
    contentType: string,
  ): ResultAsync<StoredObject, ObjectStoreUnavailable>;
  /** An upload that is neither completed nor aborted within 7 days is swept. */
  startUpload(key: ObjectKey, contentType: string): ResultAsync<Upload, ObjectStoreUnavailable>;
  /**
   * Parts are numbered from 1 to 10 000 and come in any order, each of at least 5 MiB but the last. The same number again
   * takes the place of the part before; the same bytes have the same tag.
   */
  putPart(
    upload: Upload,
    number: number,
    bytes: Uint8Array,
  ): ResultAsync<PartTag, UploadNotFound | ObjectStoreUnavailable>;
  /**
   * Makes the object from its parts, in the order of the tags, which are those of parts 1, 2 and so on. A repeat after success
   * finds no upload, and the object by its key. Throws when a part is too small to stand before another.
   */
  completeUpload(
    upload: Upload,
    tags: readonly PartTag[],
  ): ResultAsync<StoredObject, UploadNotFound | ObjectDamaged | ObjectStoreUnavailable>;
  /** Lets go of the parts; Ok also when there is no such upload. */
  abortUpload(upload: Upload): ResultAsync<void, ObjectStoreUnavailable>;
  get(
    key: ObjectKey,
    range?: ByteRange,
  ): ResultAsync<OpenObject, ObjectNotFound | RangeNotSatisfiable | ObjectDamaged | ObjectStoreUnavailable>;
  head(key: ObjectKey): ResultAsync<StoredObject, ObjectNotFound | ObjectDamaged | ObjectStoreUnavailable>;
  /**
   * Keys that begin with the prefix, in ascending order of their bytes, `after` exclusive, up to `limit` (at most 1 000);
   * fewer only at the end. Walking gives every key that was there all the while exactly once.
   */
  list(
    prefix: string,
    page: Readonly<{ limit: number; after?: ObjectKey }>,
  ): ResultAsync<readonly ObjectKey[], ObjectStoreUnavailable>;
  /** Ok also when there is no such object. */
  delete(key: ObjectKey): ResultAsync<void, ObjectStoreUnavailable>;
  /**
   * A URL that reads the object without a token until `expiresAt`; relative to this API where the store has no address of its
   * own. `fileName` is what a browser saves it as: letters, digits, `.`, `-` and `_`.
   */
  signRead(
    key: ObjectKey,
    terms: Readonly<{ expiresAt: Instant; fileName?: string }>,
  ): ResultAsync<string, ObjectStoreUnavailable>;
  /**
   * A URL to which one object of this type can be PUT until `expiresAt`: of exactly `bytes` where they are said, else of at most
   * `mostBytes`. S3 binds a link to no size but an exact one, so what came is judged again by who reads it.
   */
  signUpload(
    key: ObjectKey,
    terms: Readonly<{ expiresAt: Instant; mostBytes: number; bytes?: number; contentType: string }>,
  ): ResultAsync<string, ObjectStoreUnavailable>;
}
