import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, okAsync, type Result } from 'neverthrow';
import type { ObjectKey } from '../../domain/files/object-key.ts';
import { timeDigits } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectLinks } from '../../ports/object-links.ts';
import type {
  ByteRange,
  ObjectNotFound,
  ObjectStore,
  RangeNotSatisfiable,
  StoredObject,
} from '../../ports/object-store.ts';
import type { Leftover, Retention } from '../../ports/retention.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import { attempt, codeOf, type Files, systemFiles } from './files.ts';
import { leftoverRetention } from './leftovers.ts';
import { folderLinks, signedPath } from './links.ts';
import { bytesOf, openObject, writeObject } from './object-file.ts';
import { keysBelow, placeOf, puttingInPlace } from './places.ts';
import { aboutOf, partsOf, putPart, startUpload, uploadNotFound } from './uploads.ts';

/** The store with what belongs to it where no service keeps it: its links, and the sweeping of what was never finished. */
export type FolderObjects = Readonly<{
  objects: ObjectStore;
  links: ObjectLinks;
  leftovers: Retention<Leftover>;
}>;

/**
 * Objects as files below a folder of mode 0700, each written under a temporary name, synced and renamed into place. Every
 * process that serves or works must see the same folder; processes may share it, and what one commits the others see. Makes
 * the folder when it is opened, and never again: where it vanishes later, the store is unavailable.
 */
export function folderObjects({
  folder,
  tokens,
  clock,
  files = systemFiles,
}: Readonly<{ folder: string; tokens: SignedTokens; clock: Clock; files?: Files }>): FolderObjects {
  const [stored, uploads, partials] = ['stored', 'uploads', 'partial'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [stored, uploads, partials]) mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const partial = (at: Instant) =>
    join(partials, `${timeDigits(at)}${crypto.randomUUID().replaceAll('-', '')}`);
  const putInPlace = puttingInPlace(files, stored);
  const uploading = { files, folder: uploads, partial };
  const pathOf = (key: ObjectKey) => {
    const { folders, file } = placeOf(key);
    return join(stored, ...folders, file);
  };

  const written = async (
    about: Pick<StoredObject, 'key' | 'contentType'>,
    pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    isSound: () => boolean,
  ): Promise<StoredObject | undefined> => {
    const storedAt = clock.now();
    const draft = partial(storedAt);
    const object = await writeObject(files, draft, { ...about, storedAt }, pieces);
    try {
      if (isSound()) {
        await putInPlace(about.key, draft);
        return object;
      }
    } catch (fault) {
      if (codeOf(fault) !== undefined) await files.rm(draft, { force: true }).catch(() => undefined);
      throw fault;
    }
    await files.rm(draft, { force: true });
    return undefined;
  };

  const opened = async (key: ObjectKey) => {
    try {
      return await openObject(files, pathOf(key), key);
    } catch (fault) {
      if (codeOf(fault) !== 'ENOENT') throw fault;
      // Where everything is gone it is the folder that is.
      await files.readdir(folder);
      return err<never, ObjectNotFound>({ kind: 'ObjectNotFound', key });
    }
  };

  const objects: ObjectStore = {
    put: (key, bytes, contentType) =>
      attempt(async () => {
        const object = await written({ key, contentType }, [bytes], () => true);
        return ok(object as StoredObject);
      }),
    startUpload: (key, contentType) =>
      attempt(async () => ok(await startUpload(uploading, { key, contentType }, clock.now()))),
    putPart: (upload, number, bytes) =>
      attempt(() => putPart(uploading, upload, { number, bytes }, clock.now())),
    completeUpload: (upload, tags) =>
      attempt(async () => {
        const about = await aboutOf(files, uploads, upload);
        if (about === undefined) return err(uploadNotFound(upload));
        const { pieces, fault } = await partsOf(uploading, upload, tags);
        const { contentType } = about;
        const object = await written({ key: upload.key, contentType }, pieces, () => fault() === undefined);
        if (object === undefined) return err(fault() ?? uploadNotFound(upload));
        // The object is there: what cannot be taken away now is swept later.
        await files.rm(join(uploads, upload.id), { recursive: true, force: true }).catch(() => undefined);
        return ok(object);
      }),
    abortUpload: (upload) =>
      attempt(async () => {
        if ((await aboutOf(files, uploads, upload)) !== undefined)
          await files.rm(join(uploads, upload.id), { recursive: true, force: true });
        return ok(undefined);
      }),
    get: (key, asked) =>
      attempt(async () => {
        const file = await opened(key);
        if (file.isErr()) return err(file.error);
        const { object, handle } = file.value;
        const range = rangeIn(object, asked);
        if (range.isErr()) {
          await handle.close();
          return err(range.error);
        }
        const bytes = bytesOf(file.value, range.value ?? { first: 0, last: object.size - 1 });
        await bytes.next();
        return ok({ object, bytes, ...(range.value === undefined ? {} : { range: range.value }) });
      }),
    head: (key) =>
      attempt(async () => {
        const file = await opened(key);
        if (file.isErr()) return err(file.error);
        await file.value.handle.close();
        return ok(file.value.object);
      }),
    list: (prefix, { limit, ...walk }) =>
      attempt(async () => {
        const keys: ObjectKey[] = [];
        for await (const key of keysBelow(files, stored, { prefix, ...walk })) {
          if (keys.push(key) >= Math.min(limit, MOST_KEYS)) break;
        }
        return ok(keys);
      }),
    delete: (key) =>
      attempt(async () => {
        await files.readdir(folder);
        await files.rm(pathOf(key), { force: true });
        return ok(undefined);
      }),
    signRead: (key, terms) => okAsync(signedPath(tokens, { verb: 'read', key, ...terms })),
    signUpload: (key, terms) => okAsync(signedPath(tokens, { verb: 'upload', key, ...terms })),
  };
  return {
    objects,
    links: folderLinks(tokens),
    leftovers: leftoverRetention({ files, uploads, partial: partials }),
  };
}

const MOST_KEYS = 1_000;

/** As RFC 9110 reads a range: cut to what there is, and undefined where all of it is given. */
function rangeIn(
  { size, checksum }: StoredObject,
  asked: ByteRange | undefined,
): Result<Readonly<{ first: number; last: number }> | undefined, RangeNotSatisfiable> {
  if (asked === undefined || (asked.ofChecksum !== undefined && asked.ofChecksum !== checksum))
    return ok(undefined);
  const first = 'suffix' in asked ? Math.max(0, size - asked.suffix) : asked.first;
  const last = 'suffix' in asked ? size - 1 : Math.min(asked.last ?? size - 1, size - 1);
  return first > last ? err({ kind: 'RangeNotSatisfiable', size }) : ok({ first, last });
}
