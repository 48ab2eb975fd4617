import { err, ok, type Result, ResultAsync } from 'neverthrow';
import { type ObjectKey, parseObjectKey } from '../../domain/files/object-key.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ObjectStore, ObjectStoreUnavailable } from '../../ports/object-store.ts';
import type { Part } from './export-parts.ts';
import type { RowCursor } from './export-rows.ts';
import { joined } from './file-parts.ts';

/** What was read behind the last part and is too little for one, as a checkpoint names it. The store knows its bytes by `checksum`. */
export type Rest = Readonly<{ rows: number; checksum: string; cursor?: RowCursor }>;

/** Rows of no part yet, kept beside the file between one turn of its job and the next. */
export type Rests = Readonly<{
  /** In the place of what was kept before. */
  keep(part: Part): ResultAsync<Rest, ObjectStoreUnavailable>;
  /** Undefined where other bytes are there, or none: a worker died before its checkpoint named them. */
  read(rest: Rest): ResultAsync<Part | undefined, ObjectStoreUnavailable>;
  /** Ok also when there is none. */
  remove(): ResultAsync<void, ObjectStoreUnavailable>;
}>;

/** The rest of the file that has this key. */
export function restOf(objects: ObjectStore, file: ObjectKey): Rests {
  const key = parseObjectKey(`${file}.rest`);
  if (key === undefined) throw new Error(`${file} has a name that no rest can have`);
  return {
    keep: ({ pieces, rows, cursor }) =>
      objects
        .put(key, joined(pieces), 'application/octet-stream')
        .map(({ checksum }) => ({ rows, checksum, ...present({ cursor }) })),
    read: (rest) => new ResultAsync(readBack(rest)),
    remove: () => objects.delete(key),
  };

  async function readBack({
    rows,
    checksum,
    cursor,
  }: Rest): Promise<Result<Part | undefined, ObjectStoreUnavailable>> {
    const found = await objects.get(key as ObjectKey);
    if (found.isErr())
      return found.error.kind === 'ObjectStoreUnavailable' ? err(found.error) : ok(undefined);
    const { object, bytes } = found.value;
    const pieces: Uint8Array[] = [];
    try {
      if (object.checksum !== checksum) return ok(undefined);
      for await (const piece of bytes) {
        if (piece.isErr())
          return piece.error.kind === 'ObjectStoreUnavailable' ? err(piece.error) : ok(undefined);
        if (piece.value.length > 0) pieces.push(piece.value);
      }
    } finally {
      await bytes.return();
    }
    return ok({ pieces, rows, isWhole: false, ...present({ cursor }) });
  }
}
