import { beforeEach, describe, expect, it } from 'vitest';
import { fileArrived } from '../../src/application/files/file-arrived.ts';
import { type OrderUploadRequest, orderUpload } from '../../src/application/files/order-upload.ts';
import { receiveUploads, UPLOAD_WORK } from '../../src/application/files/receive-upload.ts';
import { runJobs } from '../../src/application/files/run-jobs.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import {
  MOST_PENDING_UPLOADS,
  MOST_UPLOAD_BYTES,
  type PendingUpload,
  reconciliationIdOf,
  UPLOAD_GRACE_MS,
  UPLOAD_MS,
} from '../../src/domain/files/file-upload.ts';
import { fileObject, PROCESSOR_FILES, uploadObject } from '../../src/domain/files/reconciliation-files.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { ProcessDied } from '../contract/breakable-objects.ts';
import { aMerchantId, fileTerms, origin } from '../fixtures/changes.ts';
import { type FileDesk, fileDesk, nativeFile, rowAbout } from '../fixtures/files.ts';
import { dying } from '../support/export-scene.ts';
import { temporaryFiles } from '../support/objects.ts';

const MINUTE_MS = 60_000;

/** What every storage promises of files that are sent to a link. */
export function uploadsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Files sent to a link: ${adapter}`, () => {
    let storage: Storage;
    let desk: FileDesk;
    let workers = 0;
    beforeEach(async () => {
      storage = await open();
      desk = fileDesk(storage, temporaryFiles({ now: () => Date.now() }));
      await desk.open();
      return () => storage.close();
    });

    const order = async (parts: Partial<OrderUploadRequest> = {}): Promise<PendingUpload> => {
      const request = { merchantId: aMerchantId(), name: 'march.csv', source: 'native', origin } as const;
      return (await orderUpload(desk.ports, fileTerms)({ ...request, ...parts }))._unsafeUnwrap().upload;
    };
    const keyOf = ({ merchantId, id }: PendingUpload) =>
      uploadObject({ merchantId, id: reconciliationIdOf(id) });
    const put = async (upload: PendingUpload, text: string) =>
      (
        await desk.ports.objects.put(keyOf(upload), new TextEncoder().encode(text), 'text/csv')
      )._unsafeUnwrap();
    const arrived = async (upload: PendingUpload) =>
      (await fileArrived(desk.ports)(keyOf(upload)))._unsafeUnwrap();
    /** A turn of every upload that is due, by a worker of its own. */
    const look = async (ports: FileDesk['ports'] = desk.ports) => {
      workers += 1;
      const works = new Map([[UPLOAD_WORK, receiveUploads(ports)]]);
      const terms = { holder: `looker-${workers}`, leaseMs: MINUTE_MS, turnMs: 5_000 };
      return (await runJobs(ports, works, terms)(9))._unsafeUnwrap();
    };
    const stateOf = async ({ merchantId, id }: PendingUpload) =>
      (await storage.aggregates.find(merchantId, 'reconciliation_upload', id))._unsafeUnwrap();
    const objects = async (prefix: string) =>
      (await desk.ports.objects.list(prefix, { limit: 99 }))._unsafeUnwrap();
    const expectSound = async () => {
      const clock = { now: () => desk.clock.now() + 86_400_000 };
      expect((await verify({ ...storage, ...desk.ports, clock })(() => {}))._unsafeUnwrap()).toMatchObject({
        unsettled: [],
      });
    };
    const aFile = async () => nativeFile([rowAbout(await desk.paid(), { fee: '30' })]);

    it('a file is reconciled as soon as its arrival is said, under the id that was given for it', async () => {
      const upload = await order();
      expect(await look()).toEqual([]);
      await put(upload, await aFile());
      await arrived(upload);
      await arrived(upload);
      expect(await look()).toMatchObject([{ end: 'released' }]);
      expect(await stateOf(upload)).toMatchObject({ status: 'arrived' });
      (await desk.worker()(9))._unsafeUnwrap();
      expect(await desk.find(reconciliationIdOf(upload.id))).toMatchObject({
        status: 'completed',
        file: { name: 'march.csv' },
        outcomes: { counts: { matched: 1 } },
      });
      // What came by the link goes when the link is over.
      await put(upload, 'again');
      desk.clock.move(2 * UPLOAD_MS);
      await look();
      expect(await objects('uploads/')).toEqual([]);
      await expectSound();
    });

    it('an arrival that was not announced is found by looking, soon at first and then more seldom', async () => {
      const upload = await order();
      desk.clock.move(MINUTE_MS);
      expect(await look()).toMatchObject([{ end: 'released' }]);
      await put(upload, await aFile());
      desk.clock.move(MINUTE_MS);
      await look();
      expect(await stateOf(upload)).toMatchObject({ status: 'arrived' });
      await expectSound();
    });

    it('a file that never comes lapses, and one that is empty is none', async () => {
      const [never, empty] = [await order(), await order()];
      await put(empty, '');
      let looks = 0;
      for (let minutes = 0; minutes < 66; minutes += 1) {
        desk.clock.move(MINUTE_MS);
        looks += (await look()).length;
      }
      expect(await stateOf(never)).toMatchObject({ status: 'failed', fault: 'upload_expired' });
      expect(await stateOf(empty)).toMatchObject({ status: 'failed', fault: 'file_empty' });
      expect(looks).toBeLessThan(12);
      expect(await objects('')).toEqual([]);
      await expectSound();
    });

    it('a merchant has so many pending and no more, however many are ordered at once, until files arrive or links are over; others are not held up', async () => {
      const request = { name: 'march.csv', source: 'native', origin } as const;
      const ordering = (merchantId = desk.merchantId) =>
        orderUpload(desk.ports, fileTerms)({ ...request, merchantId });
      const asked = [];
      for (let round = 0; round < 4; round += 1)
        asked.push(...(await Promise.all(Array.from({ length: 6 }, () => ordering()))));
      const pending = asked.filter((each) => each.isOk()).map((each) => each._unsafeUnwrap().upload);
      expect(pending).toHaveLength(MOST_PENDING_UPLOADS);
      for (const each of asked.filter((one) => one.isErr()))
        expect(each._unsafeUnwrapErr()).toEqual({ kind: 'UploadsPending', most: MOST_PENDING_UPLOADS });
      const other = aMerchantId('merchant-b');
      await fileDesk(storage, desk.ports, other).open();
      expect((await ordering(other)).isOk()).toBe(true);
      const [first] = pending;
      if (first === undefined) throw new Error('an upload is pending');
      await put(first, await aFile());
      await arrived(first);
      await look();
      expect((await ordering()).isOk()).toBe(true);
      expect((await ordering())._unsafeUnwrapErr()).toMatchObject({ kind: 'UploadsPending' });
      desk.clock.move(UPLOAD_MS + UPLOAD_GRACE_MS);
      for (let due = 1; due > 0; ) due = (await look()).length;
      expect((await ordering()).isOk()).toBe(true);
      await expectSound();
    });

    it('a file that is said to be larger than any may be is refused before a link is made for it', async () => {
      const request = { merchantId: desk.merchantId, name: 'a.csv', source: 'native', origin } as const;
      const of = (bytes: number) => orderUpload(desk.ports, fileTerms)({ ...request, bytes });
      expect((await of(1_024 ** 3 + 1))._unsafeUnwrapErr()).toEqual({
        kind: 'ObjectTooLarge',
        mostBytes: 1_024 ** 3,
      });
      expect((await of(1_024 ** 3))._unsafeUnwrap()).toMatchObject({ mostBytes: 1_024 ** 3 });
      expect((await of(7))._unsafeUnwrap()).toMatchObject({ mostBytes: 7 });
    });

    it('a file that is larger than any is read is refused unread, and goes when its link is over', async () => {
      const upload = await order();
      await put(upload, await aFile());
      await arrived(upload);
      const { objects: real } = desk.ports;
      const size = MOST_UPLOAD_BYTES + 1;
      const get: typeof real.get = (...args) =>
        real.get(...args).map((opened) => ({ ...opened, object: { ...opened.object, size } }));
      await look({ ...desk.ports, objects: { ...real, get } });
      expect(await stateOf(upload)).toMatchObject({ status: 'failed', fault: 'file_too_large' });
      desk.clock.move(2 * UPLOAD_MS);
      await look();
      expect(await objects('')).toEqual([]);
      await expectSound();
    });

    it('the same bytes are the reconciliation that there is, whichever way they came', async () => {
      const text = await aFile();
      const first = await desk.reconcile(text);
      const upload = await order();
      await put(upload, text);
      await arrived(upload);
      await look();
      expect(await stateOf(upload)).toMatchObject({ status: 'duplicate', of: first.id });
      expect(await objects(PROCESSOR_FILES)).toEqual([fileObject(first)]);
      await expectSound();
    });

    it('a worker that dies at any step leaves one reconciliation of the file', async () => {
      const points = adapter === 'memory' ? Array.from({ length: 22 }, (_, n) => n + 1) : [3, 6, 10];
      let died = 0;
      for (const nth of points) {
        const upload = await order();
        const text = `${await aFile()}${nth}\n`;
        await put(upload, text);
        await arrived(upload);
        const mortal = dying(desk.ports, ['aggregates', 'commits', 'objects'], nth);
        // A process that dies lets go of what it reads.
        const get: FileDesk['ports']['objects']['get'] = (...args) => desk.ports.objects.get(...args);
        try {
          await look({ ...mortal, objects: { ...mortal.objects, get } });
        } catch (cause) {
          if (!(cause instanceof ProcessDied)) throw cause;
          died += 1;
        }
        for (let turns = 0; (await stateOf(upload))?.status === 'pending'; turns += 1) {
          if (turns > 3) throw new Error(`the file was not found after a death at step ${nth}`);
          desk.clock.move(MINUTE_MS);
          await look();
        }
        (await desk.worker()(20))._unsafeUnwrap();
        expect(await desk.find(reconciliationIdOf(upload.id)), `died at step ${nth}`).toMatchObject({
          status: 'completed',
          file: { bytes: text.length },
          outcomes: { counts: { matched: 1, rejected: 1 } },
        });
      }
      expect(died).toBeGreaterThan(2);
      await expectSound();
    });
  });
}
