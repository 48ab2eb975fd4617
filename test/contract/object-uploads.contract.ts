import { describe, expect, it } from 'vitest';
import { LEAST_PART_BYTES, type ObjectStore } from '../../src/ports/object-store.ts';
import {
  aKey,
  type BreakableObjects,
  openedObjects,
  ProcessDied,
  pattern,
  readAll,
} from './breakable-objects.ts';
/** What every `ObjectStore` adapter promises of objects in parts, and of writers that end in the middle. */
export function objectUploadsContract(adapter: string, open: () => Promise<BreakableObjects>): void {
  describe(`ObjectStore uploads contract: ${adapter}`, () => {
    const { store, objects, put, read, faultOf } = openedObjects(open);

    const key = aKey('exports/merchant-1/exp_1.csv');

    describe('uploads in parts', () => {
      const first = pattern(LEAST_PART_BYTES, 3);
      const last = pattern(1_000, 4);
      const start = async () => (await objects().startUpload(key, 'application/gzip'))._unsafeUnwrap();

      it('make the object of their parts, however late a part comes and however often', async () => {
        const upload = await start();
        const two = (await objects().putPart(upload, 2, last))._unsafeUnwrap();
        (await objects().putPart(upload, 1, pattern(10, 9)))._unsafeUnwrap();
        const one = (await objects().putPart(upload, 1, first))._unsafeUnwrap();
        expect((await objects().putPart(upload, 1, first))._unsafeUnwrap()).toBe(one);
        expect(await faultOf(objects().head(key))).toBe('ObjectNotFound');
        expect((await objects().list('', { limit: 10 }))._unsafeUnwrap()).toEqual([]);
        const stored = (await objects().completeUpload(upload, [one, two]))._unsafeUnwrap();
        expect(stored).toMatchObject({ size: first.length + last.length, contentType: 'application/gzip' });
        expect((await read(key)).bytes.equals(Buffer.concat([first, last]))).toBe(true);
        expect(await faultOf(objects().completeUpload(upload, [one, two]))).toBe('UploadNotFound');
        expect(await faultOf(objects().putPart(upload, 1, first))).toBe('UploadNotFound');
      });

      it('go on in another process from the values that a checkpoint holds', async () => {
        const upload = await start();
        const one = (await objects().putPart(upload, 1, first))._unsafeUnwrap();
        const kept = JSON.parse(JSON.stringify({ upload, one })) as { upload: typeof upload; one: string };
        const other = store().failing(Number.POSITIVE_INFINITY, 'died');
        const two = (await other.putPart(kept.upload, 2, last))._unsafeUnwrap();
        (await other.completeUpload(kept.upload, [kept.one, two]))._unsafeUnwrap();
        expect((await read(key)).bytes).toHaveLength(first.length + last.length);
      });

      it('refuse parts that are too small to stand before others, and tags that stand for no part', async () => {
        const upload = await start();
        const small = (await objects().putPart(upload, 1, last))._unsafeUnwrap();
        const two = (await objects().putPart(upload, 2, last))._unsafeUnwrap();
        await expect(async () => objects().completeUpload(upload, [small, two])).rejects.toThrow(
          '1000 bytes',
        );
        expect(await faultOf(objects().completeUpload(upload, [first.length.toString()]))).toBe(
          'UploadNotFound',
        );
        await expect(async () => objects().putPart(upload, 10_001, last)).rejects.toThrow('10000');
        expect(await faultOf(objects().head(key))).toBe('ObjectNotFound');
      });

      it('leave nothing when they are aborted, which can be repeated', async () => {
        const upload = await start();
        const one = (await objects().putPart(upload, 1, last))._unsafeUnwrap();
        for (const _ of [1, 2]) expect((await objects().abortUpload(upload)).isOk()).toBe(true);
        expect(await faultOf(objects().completeUpload(upload, [one]))).toBe('UploadNotFound');
        expect(await faultOf(objects().putPart(upload, 2, last))).toBe('UploadNotFound');
      });

      it('are found by their own key alone, and by no id that names something else', async () => {
        const upload = await start();
        const one = (await objects().putPart(upload, 1, last))._unsafeUnwrap();
        for (const foreign of [
          { ...upload, key: aKey('other') },
          { ...upload, id: '../stored' },
        ]) {
          expect(await faultOf(objects().putPart(foreign, 2, last))).toBe('UploadNotFound');
          expect(await faultOf(objects().completeUpload(foreign, [one]))).toBe('UploadNotFound');
          expect((await objects().abortUpload(foreign)).isOk()).toBe(true);
        }
        expect((await objects().completeUpload(upload, [one])).isOk()).toBe(true);
      });
    });

    /** Runs the work in processes that end after 1, 2, 3 … calls, until one comes through. */
    async function endedAnywhere(
      fault: 'died' | 'refused',
      work: (breaking: ObjectStore) => Promise<boolean>,
      check: () => Promise<void>,
    ): Promise<number> {
      for (let nth = 1; nth < 200; nth += 1) {
        const through = await work(store().failing(nth, fault)).catch((cause: unknown) => {
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
            expect((await objects().list('', { limit: 10 }))._unsafeUnwrap()).toEqual([key]);
          },
        );
        expect(steps).toBeGreaterThan(store().callsOfPut);
        expect((await read(key)).bytes.equals(next)).toBe(true);
      });

      it(`completes an upload once, by whichever process goes on, when ${when}`, async () => {
        const parts = [pattern(LEAST_PART_BYTES, 7), pattern(70_000, 8)];
        const whole = Buffer.concat(parts);
        let upload = (await objects().startUpload(key, 'text/csv'))._unsafeUnwrap();
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
            if (done.error.kind === 'UploadNotFound') return (await objects().head(key)).isOk();
            return false;
          },
          async () => {
            const found = await objects().get(key);
            if (found.isErr()) expect(found.error.kind).toBe('ObjectNotFound');
            else expect((await readAll(found.value.bytes)).bytes.equals(whole)).toBe(true);
          },
        );
        expect((await read(key)).bytes.equals(whole)).toBe(true);
        upload = (await objects().startUpload(key, 'text/csv'))._unsafeUnwrap();
        expect((await objects().abortUpload(upload)).isOk()).toBe(true);
      });
    }
  });
}
