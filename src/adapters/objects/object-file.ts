import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { err, ok, type Result } from 'neverthrow';
import type { ObjectKey } from '../../domain/files/object-key.ts';
import type { ObjectBytes, ObjectDamaged, StoredObject } from '../../ports/object-store.ts';
import { codeOf, type Files } from './files.ts';

/**
 * An object as a file: a head of fixed length that says what it is, then blocks, each behind its own hash, so that damage
 * is found before a byte of its block is given out, also when only a range is read.
 */
const HEAD_BYTES = 4_096;
const BLOCK_BYTES = 64 * 1_024;
const HASH_BYTES = 32;
const FRAME_BYTES = HASH_BYTES + BLOCK_BYTES;
/** So many blocks with their hashes are written or read by one call of the system. */
const FRAMES_AT_ONCE = 8;
const FORMAT = 'paywright object 1';

/**
 * Writes the pieces under a name that must not be taken, and resolves when all of it is on disk. What went wrong is thrown,
 * and the file is then taken away again, if the system still can.
 */
export async function writeObject(
  files: Files,
  path: string,
  about: Pick<StoredObject, 'key' | 'contentType' | 'storedAt'>,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<StoredObject> {
  const handle = await files.open(path, 'wx', 0o600);
  try {
    const whole = createHash('sha256');
    const frames = Buffer.allocUnsafe(FRAMES_AT_ONCE * FRAME_BYTES);
    let size = 0;
    /** Bytes of frames: those on disk, and those behind them. */
    let [written, filled] = [0, 0];
    const closeBlock = () => {
      const index = Math.ceil(size / BLOCK_BYTES) - 1;
      const begin = filled - (size - index * BLOCK_BYTES);
      hashOf(index, frames.subarray(begin, filled)).copy(frames, begin - HASH_BYTES);
    };
    const flush = async () => {
      await writeAll(handle, frames.subarray(0, filled), HEAD_BYTES + written);
      written += filled;
      filled = 0;
    };
    for await (const piece of pieces) {
      whole.update(piece);
      for (let at = 0; at < piece.length; ) {
        const inBlock = size % BLOCK_BYTES;
        if (inBlock === 0) filled += HASH_BYTES;
        const taken = piece.subarray(at, at + BLOCK_BYTES - inBlock);
        frames.set(taken, filled);
        at += taken.length;
        filled += taken.length;
        size += taken.length;
        if (size % BLOCK_BYTES === 0) closeBlock();
        if (filled === frames.length) await flush();
      }
    }
    if (size % BLOCK_BYTES > 0) closeBlock();
    const object = { ...about, size, checksum: whole.digest('hex') };
    const head = headOf(object);
    if (written === 0) await writeAll(handle, Buffer.concat([head, frames.subarray(0, filled)]), 0);
    else {
      await flush();
      await writeAll(handle, head, 0);
    }
    await handle.sync();
    await handle.close();
    return object;
  } catch (fault) {
    await handle.close().catch(() => undefined);
    if (codeOf(fault) !== undefined) await files.rm(path, { force: true }).catch(() => undefined);
    throw fault;
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, position + at);
    at += bytesWritten;
  }
}

const hashOf = (index: number, bytes: Uint8Array): Buffer =>
  createHash('sha256').update(`${index}\n`).update(bytes).digest();

function headOf({ key, size, contentType, checksum, storedAt }: StoredObject): Buffer {
  const text = JSON.stringify([FORMAT, key, size, contentType, checksum, storedAt]);
  const head = Buffer.alloc(HEAD_BYTES, ' ');
  if (head.write(`${hashOf(0, Buffer.from(text)).toString('hex')}\n${text}\n`) === HEAD_BYTES)
    throw new Error('the head of an object is too long');
  return head;
}

/** An object whose head is whole, and the handle that reads its blocks. */
export type OpenFile = Readonly<{ object: StoredObject; handle: FileHandle }>;

/** Throws where there is no such file. The handle is open when it is Ok, and then the caller's to close. */
export async function openObject(
  files: Files,
  path: string,
  key: ObjectKey,
): Promise<Result<OpenFile, ObjectDamaged>> {
  const handle = await files.open(path, 'r');
  let isOpen = false;
  try {
    const object = objectOf(await readAt(handle, 0, HEAD_BYTES));
    const length = object === undefined ? 0 : fileLength(object.size);
    isOpen = object?.key === key && (await handle.stat()).size === length;
    return isOpen && object !== undefined ? ok({ object, handle }) : err(damaged(key));
  } finally {
    if (!isOpen) await handle.close();
  }
}

const damaged = (key: ObjectKey): ObjectDamaged => ({ kind: 'ObjectDamaged', key });

const fileLength = (size: number): number => HEAD_BYTES + framedBytes(size, 0, Math.ceil(size / BLOCK_BYTES));

/** How long blocks of an object of this size are with their hashes, from one on to before another. */
const framedBytes = (size: number, from: number, to: number): number =>
  Math.min(size, to * BLOCK_BYTES) - from * BLOCK_BYTES + HASH_BYTES * (to - from);

/** Undefined for a head that is not as it was written. */
function objectOf(head: Buffer): StoredObject | undefined {
  const [hash = '', text = ''] = head.toString('latin1').split('\n', 2);
  if (hashOf(0, Buffer.from(text)).toString('hex') !== hash) return undefined;
  const [, key, size, contentType, checksum, storedAt] = JSON.parse(text) as [
    string,
    ObjectKey,
    number,
    string,
    string,
    number,
  ];
  return { key, size, contentType, checksum, storedAt };
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer<ArrayBuffer>> {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await handle.read(bytes, at, length - at, position + at);
    if (bytesRead === 0) return bytes.subarray(0, at);
    at += bytesRead;
  }
  return bytes;
}

/** The bytes from `first` to `last`, both inclusive, a block at a time. Closes the handle when it ends, however it ends. */
export async function* bytesOf(
  { object, handle }: OpenFile,
  { first, last }: Readonly<{ first: number; last: number }>,
): ObjectBytes {
  try {
    // One that was never asked anything would not see the end of its reader: the opener takes this one.
    yield ok(new Uint8Array());
    const end = Math.min(Math.floor(last / BLOCK_BYTES) + 1, Math.ceil(object.size / BLOCK_BYTES));
    for (let from = Math.floor(first / BLOCK_BYTES); from < end; from += FRAMES_AT_ONCE) {
      const to = Math.min(end, from + FRAMES_AT_ONCE);
      const frames = await readAt(
        handle,
        HEAD_BYTES + from * FRAME_BYTES,
        framedBytes(object.size, from, to),
      );
      for (let index = from; index < to; index += 1) {
        const start = index * BLOCK_BYTES;
        const frame = frames.subarray((index - from) * FRAME_BYTES, (index - from + 1) * FRAME_BYTES);
        const block = frame.subarray(HASH_BYTES);
        if (!hashOf(index, block).equals(frame.subarray(0, HASH_BYTES))) {
          yield err(damaged(object.key));
          return;
        }
        yield ok(block.subarray(Math.max(0, first - start), last - start + 1));
      }
    }
  } catch (cause) {
    if (codeOf(cause) === undefined) throw cause;
    yield err({ kind: 'ObjectStoreUnavailable', cause });
  } finally {
    await handle.close();
  }
}
