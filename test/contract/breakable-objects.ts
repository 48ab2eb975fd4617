import type { ResultAsync } from 'neverthrow';
import { beforeEach } from 'vitest';
import { type ObjectKey, parseObjectKey } from '../../src/domain/files/object-key.ts';
import type { ByteRange, ObjectBytes, ObjectStore, StoredObject } from '../../src/ports/object-store.ts';

/** The process that asked died: the call never resolved to anything. */
export class ProcessDied extends Error {}

/**
 * A store on its own, and ways to break it. `failing` is the same store in a process whose nth call to the system below it, from
 * 1, ends with the fault, as do all after it: `died` rejects with `ProcessDied`, `refused` is a disk without space or a service that
 * is asked too often, whose `refusal` is the cause that the store names.
 */
export type BreakableObjects = Readonly<{
  objects: ObjectStore;
  failing(nth: number, fault: 'died' | 'refused'): ObjectStore;
  refusal: object;
  /** More than so many calls to the system below store an object of 140 000 bytes. */
  callsOfPut: number;
  /**
   * Changes one byte of what is stored under the key, so many bytes into it. Absent where the store is another's, who sees to what
   * it keeps.
   */
  damage?(key: ObjectKey, at: number): Promise<void>;
  /** Takes away the place where everything is. */
  vanish(): Promise<void>;
}>;

/** What a stand-in for the store cannot do and the store itself can. */
export type StandInGaps = Readonly<{
  /** One key may not go on behind another and a slash. */
  keysBelowKeys?: true;
  /** Keeps its files where no test can change them: what it gives out damaged is tried on the way to it. */
  filesOutOfReach?: true;
}>;

/** A key; throws where the text is none. */
export const aKey = (text: string): ObjectKey => {
  const key = parseObjectKey(text);
  if (key === undefined) throw new Error(`${text} is no key`);
  return key;
};

export const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Bytes that differ from block to block. */
export const pattern = (length: number, seed = 1): Uint8Array => {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 1) bytes[at] = (at * 31 + (at >> 8) * 7 + seed) & 0xff;
  return bytes;
};

/** All that a reader gets, and whether that was the whole. */
export async function readAll(
  bytes: ObjectBytes,
): Promise<Readonly<{ bytes: Buffer; fault: string | undefined }>> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) {
    if (piece.isErr()) return { bytes: Buffer.concat(pieces), fault: piece.error.kind };
    pieces.push(piece.value);
  }
  return { bytes: Buffer.concat(pieces), fault: undefined };
}

/** A store that is opened for each test, and what is done to it time and again. */
export function openedObjects(open: () => Promise<BreakableObjects>) {
  let store: BreakableObjects;
  let objects: ObjectStore;
  beforeEach(async () => {
    store = await open();
    objects = store.objects;
  });

  const put = async (under: ObjectKey, bytes: Uint8Array): Promise<StoredObject> =>
    (await objects.put(under, bytes, 'text/csv'))._unsafeUnwrap();
  const read = async (under: ObjectKey, range?: ByteRange) => {
    const opened = (await objects.get(under, range))._unsafeUnwrap();
    return { ...opened, ...(await readAll(opened.bytes)) };
  };
  const faultOf = async (asked: ResultAsync<unknown, Readonly<{ kind: string }>>) =>
    (await asked)._unsafeUnwrapErr().kind;

  return { store: () => store, objects: () => objects, put, read, faultOf };
}
