import { describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../src/domain/files/object-key.ts';
import {
  aKey,
  type BreakableObjects,
  bytesOf,
  openedObjects,
  pattern,
  readAll,
  type StandInGaps,
} from './breakable-objects.ts';
import { objectUploadsContract } from './object-uploads.contract.ts';

/** What every `ObjectStore` adapter promises. */
export function objectStoreContract(
  adapter: string,
  open: () => Promise<BreakableObjects>,
  gaps: StandInGaps = {},
): void {
  objectUploadsContract(adapter, open);

  describe(`ObjectStore contract: ${adapter}`, () => {
    const { store, objects, put, read, faultOf } = openedObjects(open);

    const key = aKey('exports/merchant-1/exp_1.csv');

    it('gives back the bytes that were put, with their size, type and checksum', async () => {
      const stored = await put(key, bytesOf('a,b\r\n'));
      expect(stored).toMatchObject({ key, size: 5, contentType: 'text/csv' });
      expect((await objects().head(key))._unsafeUnwrap()).toEqual(stored);
      const { bytes, fault, object, range } = await read(key);
      expect([bytes.toString(), fault, range]).toEqual(['a,b\r\n', undefined, undefined]);
      expect(object).toEqual(stored);
      const other = await put(aKey('other'), bytesOf('a,c\r\n'));
      expect(other.checksum).not.toBe(stored.checksum);
    });

    it('keeps an empty object, which has no byte of any range', async () => {
      await put(key, new Uint8Array());
      expect((await read(key)).bytes).toHaveLength(0);
      const refused = (await objects().get(key, { first: 0 }))._unsafeUnwrapErr();
      expect(refused).toEqual({ kind: 'RangeNotSatisfiable', size: 0 });
    });

    it('does not find what was never put, or was deleted, which can be repeated', async () => {
      expect(await faultOf(objects().get(key))).toBe('ObjectNotFound');
      expect(await faultOf(objects().head(key))).toBe('ObjectNotFound');
      await put(key, bytesOf('a'));
      for (const _ of [1, 2]) expect((await objects().delete(key)).isOk()).toBe(true);
      expect(await faultOf(objects().head(key))).toBe('ObjectNotFound');
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
        expect((await objects().get(key, asked))._unsafeUnwrapErr()).toEqual({
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
      const begun = (await objects().get(key))._unsafeUnwrap();
      const leaving = (await objects().get(key))._unsafeUnwrap();
      expect((await leaving.bytes.next()).done).toBe(false);
      await leaving.bytes.return();
      expect((await leaving.bytes.next()).done).toBe(true);
      await put(key, pattern(100_000, 2));
      expect((await readAll(begun.bytes)).bytes.equals(before)).toBe(true);
      const deleted = (await objects().get(key))._unsafeUnwrap();
      await objects().delete(key);
      expect((await readAll(deleted.bytes)).bytes).toHaveLength(100_000);
    });

    it('takes keys that differ in case, in a slash or in signs for different ones', async () => {
      const below = gaps.keysBelowKeys ? ['b/b'] : ['a/b', 'a/b/c'];
      const keys = [...below, 'a', 'A', 'a.b', 'a%2fb', 'd.a/o.b', `${'x~'.repeat(40)}`].map(aKey);
      for (const each of keys) await put(each, bytesOf(each));
      for (const each of keys) expect((await read(each)).bytes.toString()).toBe(each);
      expect((await objects().list('', { limit: 100 }))._unsafeUnwrap()).toEqual(keys.toSorted());
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
            await objects().list('m/', { limit, ...(after === undefined ? {} : { after }) })
          )._unsafeUnwrap();
          seen.push(...page);
          await put(aKey('m/a'), bytesOf('again'));
          await put(aKey('l/before'), bytesOf('new'));
          after = page.at(-1);
          if (page.length < limit || after === undefined) break;
        }
        expect(seen).toEqual(wanted);
      }
      expect((await objects().list('m/a', { limit: 2 }))._unsafeUnwrap()).toEqual(['m/a', 'm/a-b']);
      expect((await objects().list('none', { limit: 2 }))._unsafeUnwrap()).toEqual([]);
    });

    it('says why nothing was written', async () => {
      const refused = (
        await store().failing(1, 'refused').put(key, bytesOf('a'), 'text/csv')
      )._unsafeUnwrapErr();
      expect(refused).toMatchObject({ kind: 'ObjectStoreUnavailable', cause: store().refusal });
    });

    if (gaps.filesOutOfReach === undefined)
      it('finds a byte that was changed beneath it, before it gives out what stands with it', async () => {
        const whole = pattern(300_000);
        await put(key, whole);
        await store().damage?.(key, 200_000);
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
      const upload = (await objects().startUpload(key, 'text/csv'))._unsafeUnwrap();
      await store().vanish();
      for (const asked of [
        objects().put(key, bytesOf('b'), 'text/csv'),
        objects().get(key),
        objects().head(key),
        objects().list('', { limit: 1 }),
        objects().delete(key),
        objects().startUpload(key, 'text/csv'),
        objects().putPart(upload, 1, bytesOf('b')),
        objects().completeUpload(upload, ['tag']),
        objects().abortUpload(upload),
      ])
        expect(await faultOf(asked)).toBe('ObjectStoreUnavailable');
    });
  });
}
