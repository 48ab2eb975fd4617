import { beforeEach, describe, expect, it } from 'vitest';
import type { ObjectKey } from '../../src/domain/files/object-key.ts';
import type { Reconciliation } from '../../src/domain/files/reconciliation.ts';
import { batchPrefix, fileObject } from '../../src/domain/files/reconciliation-files.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { fileTerms } from '../fixtures/changes.ts';
import { type FileDesk, fileDesk, nativeFile, rowAbout } from '../fixtures/files.ts';
import { settlementBook } from '../fixtures/settlements.ts';
import { temporaryFiles } from '../support/objects.ts';

/** What every storage promises of objects that are changed or deleted beneath the files that it counts. */
export function fileIntegrityContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Objects beneath files: ${adapter}`, () => {
    let desk: FileDesk;
    let book: ReturnType<typeof settlementBook>;
    let file: Reconciliation;
    beforeEach(async () => {
      const storage = await open();
      desk = fileDesk(storage, temporaryFiles({ now: () => Date.now() }));
      book = settlementBook(storage, desk);
      await desk.open();
      const rows = [rowAbout(await desk.paid(), { fee: '30' }), rowAbout(await desk.paid(), { amount: '1' })];
      file = await desk.reconcile(nativeFile(rows));
      return () => storage.close();
    });

    const bytesOf = async (key: ObjectKey): Promise<Buffer> => {
      const { bytes } = (await desk.ports.objects.get(key))._unsafeUnwrap();
      const pieces: Uint8Array[] = [];
      for await (const piece of bytes) pieces.push(piece._unsafeUnwrap());
      return Buffer.concat(pieces);
    };
    const write = async (key: ObjectKey, bytes: Uint8Array) =>
      (await desk.ports.objects.put(key, bytes, 'text/csv'))._unsafeUnwrap();

    it('verify finds the file and every object of its rows when one byte of it is changed, and when it is deleted', async () => {
      expect(await book.verified()).toEqual([]);
      const { objects } = desk.ports;
      const rows = (await objects.list(batchPrefix(file), { limit: 9 }))._unsafeUnwrap();
      expect(rows.length).toBeGreaterThan(0);
      const finding = { kind: 'BadRow', row: 'reconciliation', id: file.id };
      for (const key of [fileObject(file), ...rows]) {
        const bytes = await bytesOf(key);
        const edited = Buffer.from(
          bytes.toString().replace(/\d(?=\D*$)/, (digit) => `${(Number(digit) + 1) % 10}`),
        );
        expect(edited.equals(bytes)).toBe(false);
        await write(key, edited);
        expect([key, await book.verified()]).toMatchObject([key, { ...finding, fault: 'differs' }]);
        (await objects.delete(key))._unsafeUnwrap();
        expect([key, await book.verified()]).toMatchObject([key, { ...finding, fault: 'absent' }]);
        await write(key, bytes);
        expect(await book.verified()).toEqual([]);
      }
    });

    it('verify takes the file alone for gone once its time is over', async () => {
      const { objects } = desk.ports;
      (await objects.delete(fileObject(file)))._unsafeUnwrap();
      expect(await book.verified()).toMatchObject({ id: file.id, fault: 'absent' });
      desk.clock.move(fileTerms.keepFilesMs);
      expect(await book.verified()).toEqual([]);
      for (const key of (await objects.list(batchPrefix(file), { limit: 9 }))._unsafeUnwrap())
        (await objects.delete(key))._unsafeUnwrap();
      expect(await book.verified()).toMatchObject({ id: file.id, fault: 'absent' });
    });
  });
}
