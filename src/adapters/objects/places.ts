import { join } from 'node:path';
import { type ObjectKey, parseObjectKey } from '../../domain/files/object-key.ts';
import { codeOf, type Files, ifThere, keepNames } from './files.ts';

/**
 * Where the file of a key stands below the folder: a folder `d.…` for each segment and a file `o.…`, so that `a` and `a/b` can
 * both be keys. All but small letters, digits, `-` and `_` is escaped, for file systems that take `A` and `a` for one name.
 */
export const placeOf = (key: ObjectKey): Readonly<{ folders: readonly string[]; file: string }> => {
  const segments = key.split('/').map(escaped);
  return { folders: segments.slice(0, -1).map((name) => `d.${name}`), file: `o.${segments.at(-1)}` };
};

const escaped = (segment: string): string =>
  segment.replaceAll(
    /[^a-z0-9_-]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );

const unescaped = (name: string): string =>
  name.replaceAll(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** Moves a file that is whole to the place of its key. */
export type PutInPlace = (key: ObjectKey, from: string) => Promise<void>;

/** Of so many folders it is known that their names are on disk. */
const MOST_KEPT = 1_000;

/**
 * Below a folder. Those of a key are made as they are needed, and not looked at again once this process has seen their names to the
 * disk, which takes four calls of the system each. Throws `ENOENT` when the store's own folder is gone: an empty one in its place
 * would hide what is on the disk that went away.
 */
export function puttingInPlace(files: Files, folder: string): PutInPlace {
  const kept = new Set<string>();
  return async (key, from) => {
    const { folders, file } = placeOf(key);
    const at = join(folder, ...folders);
    if (!kept.has(at) || !(await moved(from, join(at, file)))) {
      await makeFolders(files, folder, folders);
      await files.rename(from, join(at, file));
      if (kept.size === MOST_KEPT) kept.clear();
      kept.add(at);
    }
    await keepNames(files, at);
  };

  /** False where the folder was taken away since. */
  async function moved(from: string, to: string): Promise<boolean> {
    try {
      await files.rename(from, to);
      return true;
    } catch (fault) {
      if (codeOf(fault) !== 'ENOENT') throw fault;
      return false;
    }
  }
}

async function makeFolders(files: Files, folder: string, folders: readonly string[]): Promise<void> {
  let at = folder;
  for (const name of folders) {
    const above = at;
    at = join(above, name);
    try {
      await files.mkdir(at, { mode: 0o700 });
    } catch (fault) {
      if (codeOf(fault) !== 'EEXIST') throw fault;
    }
    // Also where another made it: that one may have died before this.
    await keepNames(files, above);
  }
}

export type Walk = Readonly<{ prefix: string; after?: ObjectKey }>;

/** The keys below a folder in ascending order of their bytes; folders that hold none of those asked for are not read. */
export async function* keysBelow(
  files: Files,
  folder: string,
  walk: Walk,
  base = '',
): AsyncGenerator<ObjectKey> {
  // A folder that has gone since it was listed holds nothing; the store's own must be there.
  const names = base === '' ? await files.readdir(folder) : await ifThere(files.readdir(folder));
  const entries = (names ?? [])
    .filter((name) => name.startsWith('d.') || name.startsWith('o.'))
    .map((name) => ({ name, full: `${base}${unescaped(name.slice(2))}${name.startsWith('d.') ? '/' : ''}` }))
    .sort((a, b) => (a.full < b.full ? -1 : 1));
  for (const { name, full } of entries) {
    if (name.startsWith('d.')) {
      if (mayHold(full, walk)) yield* keysBelow(files, join(folder, name), walk, full);
    } else if (full.startsWith(walk.prefix) && (walk.after === undefined || full > walk.after)) {
      const key = parseObjectKey(full);
      if (key !== undefined) yield key;
    }
  }
}

const mayHold = (full: string, { prefix, after }: Walk): boolean =>
  (full.startsWith(prefix) || prefix.startsWith(full)) &&
  (after === undefined || full > after || after.startsWith(full));
