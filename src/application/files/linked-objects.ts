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
  RangeNotSatisfiable,
  StoredObject,
  UploadNotFound,
} from '../../ports/object-store.ts';
import type { FileArrived } from './file-arrived.ts';
import type { FilesAtOnce, TooManyFiles } from './files-at-once.ts';
import { type ObjectTooLarge, type SentBytes, storeObject, type UploadCut } from './store-object.ts';

/** The link was forged or changed, its time is over, or it was signed for something else. */
export type LinkRefused = Readonly<{ kind: 'LinkRefused' }>;
/** The upload is of another type than the link was signed for. */
export type ObjectTypeMismatch = Readonly<{ kind: 'ObjectTypeMismatch'; contentType: string }>;

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

/** What a link of `signRead` leads to, read as it is asked for. The caller reads the bytes to the end or returns them. */
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

/**
 * Stores what is sent to a link of `signUpload`, and says so to what waits for it: whole, or not at all. What announces more bytes than
 * the link takes is refused before one is read. Holds one part in memory; what is larger goes to the store part by part.
 */
export type WriteLinkedObject = (
  link: string,
  sent: Readonly<{ contentType: string; bytes: SentBytes; announced?: number }>,
) => ResultAsync<
  StoredObject,
  | LinkRefused
  | ObjectTooLarge
  | ObjectTypeMismatch
  | TooManyFiles
  | UploadCut
  | UploadNotFound
  | ObjectDamaged
  | ObjectStoreUnavailable
>;

export const writeLinkedObject =
  ({
    objects,
    fileArrived,
    filesAtOnce,
    ...ports
  }: LinkPorts & Readonly<{ fileArrived: FileArrived; filesAtOnce: FilesAtOnce }>): WriteLinkedObject =>
  (link, { contentType, bytes, announced = 0 }) =>
    granted(ports, link, 'upload')
      .andThen((grant) =>
        contentType === grant.contentType
          ? ok(grant)
          : err<never, ObjectTypeMismatch>({ kind: 'ObjectTypeMismatch', contentType: grant.contentType }),
      )
      .andThen((grant) =>
        announced <= grant.mostBytes
          ? ok(grant)
          : err<never, ObjectTooLarge>({ kind: 'ObjectTooLarge', mostBytes: grant.mostBytes }),
      )
      .asyncAndThen((grant) => filesAtOnce(() => storeObject(objects, grant, bytes)))
      // It is stored, and what waits for it looks for it in any case.
      .andThen((stored) =>
        fileArrived(stored.key)
          .map(() => stored)
          .orElse(() => ok(stored)),
      );

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
