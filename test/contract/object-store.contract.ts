import type { ResultAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { type ObjectKey, parseObjectKey } from '../../src/domain/files/object-key.ts';
import {
  type ByteRange,
  LEAST_PART_BYTES,
  type ObjectBytes,
  type ObjectStore,
  type StoredObject,
} from '../../src/ports/object-store.ts';

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

export const aKey = (text: string): ObjectKey => {
  const key = parseObjectKey(text);
  if (key === undefined) throw new Error(`${text} is no key`);
  return key;
};

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Bytes that differ from block to block. */
const pattern = (length: number, seed = 1): Uint8Array => {
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

/** What every `ObjectStore` adapter promises. */
export function objectStoreContract(
  adapter: string,
  open: () => Promise<BreakableObjects>,
  gaps: StandInGaps = {},
): void {
  describe(`ObjectStore contract: ${adapter}`, () => {
    let store: BreakableObjects;
    let objects: ObjectStore;
    beforeEach(async () => {
      store = await open();
      objects = store.objects;
    });

    const key = aKey('exports/merchant-1/exp_1.csv');
    const put = async (under: ObjectKey, bytes: Uint8Array): Promise<StoredObject> =>
      (await objects.put(under, bytes, 'text/csv'))._unsafeUnwrap();
    const read = async (under: ObjectKey, range?: ByteRange) => {
      const opened = (await objects.get(under, range))._unsafeUnwrap();
      return { ...opened, ...(await readAll(opened.bytes)) };
    };
    const faultOf = async (asked: ResultAsync<unknown, Readonly<{ kind: string }>>) =>
      (await asked)._unsafeUnwrapErr().kind;

    it('gives back the bytes that were put, with their size, type and checksum', async () => {
      const stored = await put(key, bytesOf('a,b\r\n'));
      expect(stored).toMatchObject({ key, size: 5, contentType: 'text/csv' });
      expect((await objects.head(key))._unsafeUnwrap()).toEqual(stored);
      const { bytes, fault, object, range } = await read(key);
      expect([bytes.toString(), fault, range]).toEqual(['a,b\r\n', undefined, undefined]);
      expect(object).toEqual(stored);
      const other = await put(aKey('other'), bytesOf('a,c\r\n'));
      expect(other.checksum).not.toBe(stored.checksum);
    });

    it('keeps an empty object, which has no byte of any range', async () => {
      await put(key, new Uint8Array());
      expect((await read(key)).bytes).toHaveLength(0);
      const refused = (await objects.get(key, { first: 0 }))._unsafeUnwrapErr();
      expect(refused).toEqual({ kind: 'RangeNotSatisfiable', size: 0 });
    });

    it('does not find what was never put, or was deleted, which can be repeated', async () => {
      expect(await faultOf(objects.get(key))).toBe('ObjectNotFound');
      expect(await faultOf(objects.head(key))).toBe('ObjectNotFound');
      await put(key, bytesOf('a'));
      for (const _ of [1, 2]) expect((await objects.delete(key)).isOk()).toBe(true);
      expect(await faultOf(objects.head(key))).toBe('ObjectNotFound');
    });

    it('gives a range of any object, over the edges of what it is kept in', async () => {
      const size = 300_000;
      const whole = pattern(size);
      await put(key, whole);
      const edge = 64 * 1_024;
      for (const [asked, first, last] of [
        [{ first: 0, last: 0 }, 0, 0],
        [{ first: edge - 1, last: edge }, edge - 1, edge],
        [{ first: edge, last: 2 * edge - 1 }, edge, 2 * edge - 1],
        [{ first: size - 1 }, size - 1, size - 1],
        [{ first: 5, last: 10 * size }, 5, size - 1],
        [{ suffix: 1 }, size - 1, size - 1],
        [{ suffix: 10 * size }, 0, size - 1],
      ] as const) {
        const { bytes, range } = await read(key, asked);
        expect(range, JSON.stringify(asked)).toEqual({ first, last });
        expect(bytes.equals(whole.subarray(first, last + 1)), JSON.stringify(asked)).toBe(true);
      }
      for (const asked of [{ first: size }, { suffix: 0 }])
        expect((await objects.get(key, asked))._unsafeUnwrapErr()).toEqual({
          kind: 'RangeNotSatisfiable',
          size,
        });
    });

    it('gives all of an object that is not the one whose range was asked for', async () => {
      const before = await put(key, bytesOf('0123456789'));
      const ofChecksum = before.checksum;
      expect((await read(key, { first: 4, ofChecksum })).bytes.toString()).toBe('456789');
      await put(key, bytesOf('abcdefghij'));
      const { bytes, range } = await read(key, { first: 4, ofChecksum });
      expect([bytes.toString(), range]).toEqual(['abcdefghij', undefined]);
    });

    it('lets one of many writers of a key win whole', async () => {
      const rivals = [1, 2, 3, 4, 5].map((seed) => pattern(200_000, seed));
      await Promise.all(rivals.map((bytes) => put(key, bytes)));
      const { bytes, fault } = await read(key);
      expect(fault).toBeUndefined();
      expect(rivals.some((rival) => bytes.equals(rival))).toBe(true);
    });

    it('lets a reader that has begun read the object it began with, and another leave early', async () => {
      const before = pattern(200_000, 1);
      await put(key, before);
      const begun = (await objects.get(key))._unsafeUnwrap();
      const leaving = (await objects.get(key))._unsafeUnwrap();
      expect((await leaving.bytes.next()).done).toBe(false);
      await leaving.bytes.return();
      expect((await leaving.bytes.next()).done).toBe(true);
      await put(key, pattern(100_000, 2));
      expect((await readAll(begun.bytes)).bytes.equals(before)).toBe(true);
      const deleted = (await objects.get(key))._unsafeUnwrap();
      await objects.delete(key);
      expect((await readAll(deleted.bytes)).bytes).toHaveLength(100_000);
    });

    it('takes keys that differ in case, in a slash or in signs for different ones', async () => {
      const below = gaps.keysBelowKeys ? ['b/b'] : ['a/b', 'a/b/c'];
      const keys = [...below, 'a', 'A', 'a.b', 'a%2fb', 'd.a/o.b', `${'x~'.repeat(40)}`].map(aKey);
      for (const each of keys) await put(each, bytesOf(each));
      for (const each of keys) expect((await read(each)).bytes.toString()).toBe(each);
      expect((await objects.list('', { limit: 100 }))._unsafeUnwrap()).toEqual(keys.toSorted());
    });

    it('lists keys of a prefix in order, page by page, whatever is written meanwhile', async () => {
      const below = gaps.keysBelowKeys ? 'm/a./b' : 'm/a/b';
      const names = ['m-1/a', 'm/a', 'm/a-b', below, 'm/a0', 'm/b', 'm/z/1', 'm/z/2', 'n/a'];
      for (const name of names) await put(aKey(name), bytesOf(name));
      const wanted = names.filter((name) => name.startsWith('m/')).toSorted();
      for (const limit of [1, 2, 100]) {
        const seen: string[] = [];
        for (let after: ObjectKey | undefined; ; ) {
          const page = (
            await objects.list('m/', { limit, ...(after === undefined ? {} : { after }) })
          )._unsafeUnwrap();
          seen.push(...page);
          await put(aKey('m/a'), bytesOf('again'));
          await put(aKey('l/before'), bytesOf('new'));
          after = page.at(-1);
          if (page.length < limit || after === undefined) break;
        }
        expect(seen).toEqual(wanted);
      }
      expect((await objects.list('m/a', { limit: 2 }))._unsafeUnwrap()).toEqual(['m/a', 'm/a-b']);
      expect((await objects.list('none', { limit: 2 }))._unsafeUnwrap()).toEqual([]);
    });

    describe('uploads in parts', () => {
      const first = pattern(LEAST_PART_BYTES, 3);
      const last = pattern(1_000, 4);
      const start = async () => (await objects.startUpload(key, 'application/gzip'))._unsafeUnwrap();

      it('make the object of their parts, however late a part comes and however often', async () => {
        const upload = await start();
        const two = (await objects.putPart(upload, 2, last))._unsafeUnwrap();
        (await objects.putPart(upload, 1, pattern(10, 9)))._unsafeUnwrap();
        const one = (await objects.putPart(upload, 1, first))._unsafeUnwrap();
        expect((await objects.putPart(upload, 1, first))._unsafeUnwrap()).toBe(one);
        expect(await faultOf(objects.head(key))).toBe('ObjectNotFound');
        expect((await objects.list('', { limit: 10 }))._unsafeUnwrap()).toEqual([]);
        const stored = (await objects.completeUpload(upload, [one, two]))._unsafeUnwrap();
        expect(stored).toMatchObject({ size: first.length + last.length, contentType: 'application/gzip' });
        expect((await read(key)).bytes.equals(Buffer.concat([first, last]))).toBe(true);
        expect(await faultOf(objects.completeUpload(upload, [one, two]))).toBe('UploadNotFound');
        expect(await faultOf(objects.putPart(upload, 1, first))).toBe('UploadNotFound');
      });

      it('go on in another process from the values that a checkpoint holds', async () => {
        const upload = await start();
        const one = (await objects.putPart(upload, 1, first))._unsafeUnwrap();
        const kept = JSON.parse(JSON.stringify({ upload, one })) as { upload: typeof upload; one: string };
        const other = store.failing(Number.POSITIVE_INFINITY, 'died');
        const two = (await other.putPart(kept.upload, 2, last))._unsafeUnwrap();
        (await other.completeUpload(kept.upload, [kept.one, two]))._unsafeUnwrap();
        expect((await read(key)).bytes).toHaveLength(first.length + last.length);
      });

      it('refuse parts that are too small to stand before others, and tags that stand for no part', async () => {
        const upload = await start();
        const small = (await objects.putPart(upload, 1, last))._unsafeUnwrap();
        const two = (await objects.putPart(upload, 2, last))._unsafeUnwrap();
        await expect(async () => objects.completeUpload(upload, [small, two])).rejects.toThrow('1000 bytes');
        expect(await faultOf(objects.completeUpload(upload, [first.length.toString()]))).toBe(
          'UploadNotFound',
        );
        await expect(async () => objects.putPart(upload, 10_001, last)).rejects.toThrow('10000');
        expect(await faultOf(objects.head(key))).toBe('ObjectNotFound');
      });

      it('leave nothing when they are aborted, which can be repeated', async () => {
        const upload = await start();
        const one = (await objects.putPart(upload, 1, last))._unsafeUnwrap();
        for (const _ of [1, 2]) expect((await objects.abortUpload(upload)).isOk()).toBe(true);
        expect(await faultOf(objects.completeUpload(upload, [one]))).toBe('UploadNotFound');
        expect(await faultOf(objects.putPart(upload, 2, last))).toBe('UploadNotFound');
      });

      it('are found by their own key alone, and by no id that names something else', async () => {
        const upload = await start();
        const one = (await objects.putPart(upload, 1, last))._unsafeUnwrap();
        for (const foreign of [
          { ...upload, key: aKey('other') },
          { ...upload, id: '../stored' },
        ]) {
          expect(await faultOf(objects.putPart(foreign, 2, last))).toBe('UploadNotFound');
          expect(await faultOf(objects.completeUpload(foreign, [one]))).toBe('UploadNotFound');
          expect((await objects.abortUpload(foreign)).isOk()).toBe(true);
        }
        expect((await objects.completeUpload(upload, [one])).isOk()).toBe(true);
      });
    });

    /** Runs the work in processes that end after 1, 2, 3 … calls, until one comes through. */
    async function endedAnywhere(
      fault: 'died' | 'refused',
      work: (breaking: ObjectStore) => Promise<boolean>,
      check: () => Promise<void>,
    ): Promise<number> {
      for (let nth = 1; nth < 200; nth += 1) {
        const through = await work(store.failing(nth, fault)).catch((cause: unknown) => {
          if (!(cause instanceof ProcessDied)) throw cause;
          return false;
        });
        await check();
        if (through) return nth;
      }
      throw new Error('the work never came through');
    }

    for (const fault of ['died', 'refused'] as const) {
      const when =
        fault === 'died'
          ? 'its writer dies between any two steps'
          : 'the disk or the service refuses any step';

      it(`shows the old object or the new one and nothing between when ${when}`, async () => {
        const old = pattern(150_000, 5);
        const next = pattern(140_000, 6);
        await put(key, old);
        const steps = await endedAnywhere(
          fault,
          async (breaking) => (await breaking.put(key, next, 'text/csv')).isOk(),
          async () => {
            const { bytes, fault: seen } = await read(key);
            expect(seen).toBeUndefined();
            expect(bytes.equals(old) || bytes.equals(next)).toBe(true);
            expect((await objects.list('', { limit: 10 }))._unsafeUnwrap()).toEqual([key]);
          },
        );
        expect(steps).toBeGreaterThan(store.callsOfPut);
        expect((await read(key)).bytes.equals(next)).toBe(true);
      });

      it(`completes an upload once, by whichever process goes on, when ${when}`, async () => {
        const parts = [pattern(LEAST_PART_BYTES, 7), pattern(70_000, 8)];
        const whole = Buffer.concat(parts);
        let upload = (await objects.startUpload(key, 'text/csv'))._unsafeUnwrap();
        const kept: string[] = [];
        await endedAnywhere(
          fault,
          async (breaking) => {
            for (const [index, bytes] of parts.entries()) {
              if (kept[index] !== undefined) continue;
              const tag = await breaking.putPart(upload, index + 1, bytes);
              if (tag.isErr()) return false;
              kept.push(tag.value);
            }
            const done = await breaking.completeUpload(upload, kept);
            if (done.isOk()) return true;
            if (done.error.kind === 'UploadNotFound') return (await objects.head(key)).isOk();
            return false;
          },
          async () => {
            const found = await objects.get(key);
            if (found.isErr()) expect(found.error.kind).toBe('ObjectNotFound');
            else expect((await readAll(found.value.bytes)).bytes.equals(whole)).toBe(true);
          },
        );
        expect((await read(key)).bytes.equals(whole)).toBe(true);
        upload = (await objects.startUpload(key, 'text/csv'))._unsafeUnwrap();
        expect((await objects.abortUpload(upload)).isOk()).toBe(true);
      });
    }

    it('says why nothing was written', async () => {
      const refused = (
        await store.failing(1, 'refused').put(key, bytesOf('a'), 'text/csv')
      )._unsafeUnwrapErr();
      expect(refused).toMatchObject({ kind: 'ObjectStoreUnavailable', cause: store.refusal });
    });

    if (gaps.filesOutOfReach === undefined)
      it('finds a byte that was changed beneath it, before it gives out what stands with it', async () => {
        const whole = pattern(300_000);
        await put(key, whole);
        await store.damage?.(key, 200_000);
        const { bytes, fault } = await read(key);
        expect(fault).toBe('ObjectDamaged');
        expect(bytes.length).toBeLessThanOrEqual(200_000);
        expect(bytes.equals(whole.subarray(0, bytes.length))).toBe(true);
        expect((await read(key, { first: 200_000, last: 200_001 })).fault).toBe('ObjectDamaged');
        const sound = await read(key, { first: 0, last: 9 });
        expect([sound.fault, sound.bytes.length]).toEqual([undefined, 10]);
      });

    it('is unavailable, and does not begin anew, where everything has vanished', async () => {
      await put(key, bytesOf('a'));
      const upload = (await objects.startUpload(key, 'text/csv'))._unsafeUnwrap();
      await store.vanish();
      for (const asked of [
        objects.put(key, bytesOf('b'), 'text/csv'),
        objects.get(key),
        objects.head(key),
        objects.list('', { limit: 1 }),
        objects.delete(key),
        objects.startUpload(key, 'text/csv'),
        objects.putPart(upload, 1, bytesOf('b')),
        objects.completeUpload(upload, ['tag']),
        objects.abortUpload(upload),
      ])
        expect(await faultOf(asked)).toBe('ObjectStoreUnavailable');
    });
  });
}
