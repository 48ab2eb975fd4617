import { err } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemSignedTokens } from '../../src/adapters/system/signed-tokens.ts';
import { listRows } from '../../src/application/files/list-rows.ts';
import { getReconciliation } from '../../src/application/files/read-reconciliations.ts';
import { showReconciliation } from '../../src/application/files/show-reconciliation.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import { publishedReconciliation } from '../../src/domain/files/published-reconciliation.ts';
import type { Reconciliation } from '../../src/domain/files/reconciliation.ts';
import { reportObject } from '../../src/domain/files/reconciliation-files.ts';
import { present } from '../../src/domain/kernel/present.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { ProcessDied, readAll } from '../contract/breakable-objects.ts';
import { aMerchantId, anOpening, aSuccess, plain, SECRET } from '../fixtures/changes.ts';
import { type FileDesk, fileDesk, nativeFile, rowAbout } from '../fixtures/files.ts';
import { readCsv } from '../support/csv-reader.ts';
import { dying } from '../support/export-scene.ts';
import { ANY_PART, temporaryFiles } from '../support/objects.ts';

/** A part is then of a row or two. */
const SMALL = { partBytes: 150 };

/** What every storage promises of the report of a processor's file. */
export function reportsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Reports of processors' files: ${adapter}`, () => {
    let storage: Storage;
    let desk: FileDesk;
    beforeEach(async () => {
      // A batch is then of two rows or three.
      storage = { ...(await open()), mostChangeRows: 15 };
      const files = temporaryFiles({ now: () => Date.now() }, ANY_PART);
      desk = fileDesk(storage, files, aMerchantId(), SMALL);
      await desk.open();
      return () => storage.close();
    });

    const work = async (its: Parameters<FileDesk['worker']>[0] = {}) =>
      (await desk.worker(its)(9))._unsafeUnwrap();
    const show = ({ merchantId, id }: Reconciliation) =>
      showReconciliation({ ...desk.ports, getReconciliation: getReconciliation(storage) })(merchantId, id);
    const textOf = async (reconciliation: Reconciliation, format: 'json' | 'csv') => {
      const { bytes } = (await desk.ports.objects.get(reportObject(reconciliation, format)))._unsafeUnwrap();
      const read = await readAll(bytes);
      if (read.fault !== undefined) throw new Error(read.fault);
      return read.bytes.toString();
    };
    const expectSound = async () => {
      const clock = { now: () => desk.clock.now() + 86_400_000 };
      expect((await verify({ ...storage, ...desk.ports, clock })(() => {}))._unsafeUnwrap()).toMatchObject({
        unsettled: [],
      });
    };

    /** Rows of every outcome; the reference of one would run as a formula. */
    const aFile = async () => {
      const [first, second] = [await desk.paid(), await desk.paid()];
      return nativeFile([
        rowAbout(first, { fee: '30', reference: '' }),
        rowAbout(second, { amount: '2400', reference: 'REF-2' }),
        rowAbout(first, { fee: '30', reference: '' }),
        rowAbout(second, { transaction_id: first.id, reference: '' }),
        rowAbout(second, { amount: '1e3', reference: '' }),
        rowAbout(second, { fee: '1', reference: '-' }),
      ]);
    };

    it('a report says in JSON what the record says, and in CSV what became of each row, safe for a spreadsheet', async () => {
      const ended = await desk.reconcile(await aFile());
      expect(ended).toMatchObject({ status: 'completed' });
      expect((await show(ended))._unsafeUnwrap()).not.toHaveProperty('report');
      expect(await work()).toMatchObject([{ work: 'reconciliation_report', end: 'completed' }]);
      const { reconciliation, report } = (await show(ended))._unsafeUnwrap();
      expect(report).toEqual({ json: expect.stringContaining('/'), csv: expect.stringContaining('/') });
      const [json, csv] = [await textOf(ended, 'json'), await textOf(ended, 'csv')];
      expect(JSON.parse(json)).toEqual(plain(publishedReconciliation(ended)));
      expect(reconciliation).toMatchObject({
        report: { bytes: { json: Buffer.byteLength(json), csv: Buffer.byteLength(csv) } },
        version: ended.version + 1,
      });
      const [head = [], ...rows] = readCsv(csv);
      const cells = rows.map((row) => Object.fromEntries(head.map((name, index) => [name, row[index]])));
      expect(
        cells.slice(0, 6).map(({ line, outcome, reason }) => `${line} ${outcome} ${reason}`.trim()),
      ).toEqual([
        '2 matched',
        '3 mismatched',
        '4 duplicate',
        '5 missing_here',
        '6 rejected not_an_amount',
        expect.stringMatching(/^7 /),
      ]);
      expect(JSON.parse(String(cells[1]?.['differences']))).toEqual([
        { field: 'amount', ours: 2500, theirs: 2400 },
      ]);
      for (const row of rows) for (const cell of row) expect(cell).not.toMatch(/^[=+@-]/);
      await expectSound();
    });

    it('behind the rows of the file are the transactions that it does not name, as many as are counted, with their exceptions', async () => {
      const late = await desk.paid({ fee: 30n });
      desk.clock.move(3 * 86_400_000);
      const opening = anOpening({ merchantId: desk.merchantId, createdAt: desk.clock.now() - 1_000 });
      (await storage.commits.commit(opening.change))._unsafeUnwrap();
      (await storage.commits.commit(aSuccess(opening)))._unsafeUnwrap();
      const ended = await desk.reconcile(nativeFile([rowAbout(await desk.paid(), { fee: 'x' })]));
      await work();
      const [head = [], ...rows] = readCsv(await textOf(ended, 'csv'));
      const cells = rows.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at]])));
      const listed = async (outcome: 'expected' | 'missing_there' | 'rejected') =>
        (await desk.rowsOf(ended, 50, outcome)).map(({ transaction_id, exception_id }) =>
          [transaction_id, exception_id].map(String).join(' '),
        );
      const written = (outcome: string) =>
        cells
          .filter((cell) => cell['outcome'] === outcome)
          .map(
            (cell) =>
              `${String(cell['transaction_id'] || undefined)} ${String(cell['exception_id'] || undefined)}`,
          );
      for (const outcome of ['expected', 'missing_there', 'rejected'] as const)
        expect(written(outcome)).toEqual(await listed(outcome));
      expect(ended.absences).toMatchObject({ expected: 1, missingThere: 2 });
      expect(written('expected')).toHaveLength(1);
      expect(cells.map(({ line, outcome }) => `${line} ${outcome}`)).toEqual([
        '2 rejected',
        ...cells.slice(1).map(({ outcome }) => ` ${outcome}`),
      ]);
      expect(cells).toHaveLength(4);
      const missing = cells.find(({ transaction_id }) => transaction_id === late.id);
      expect(missing).toMatchObject({
        outcome: 'missing_there',
        type: 'payment',
        payment_id: late.paymentId,
        amount: '2500',
        amount_decimal: '25.00',
        exception_id: expect.stringMatching(/^exc_/),
        processed_at: expect.stringMatching(/Z$/),
      });
    });

    it('a file that was refused has a report with its fault, and a CSV of no rows', async () => {
      const refused = await desk.reconcile('payment_id,status\n1,settled\n');
      expect(refused.status).toBe('failed');
      await work();
      expect(JSON.parse(await textOf(refused, 'json'))).toMatchObject({
        status: 'failed',
        error: { code: 'column_missing', line: 1 },
        counts: { matched: 0 },
      });
      expect(readCsv(await textOf(refused, 'csv'))).toHaveLength(1);
      expect((await show(refused))._unsafeUnwrap().report).toBeDefined();
      await expectSound();
    });

    it('a worker that dies at any step of a report leaves what another makes the same bytes of', async () => {
      const points = adapter === 'memory' ? Array.from({ length: 30 }, (_, n) => n + 1) : [4, 10, 16];
      let died = 0;
      for (const nth of points) {
        // The same rows again are all duplicates; another last row makes it another file.
        const ended = await desk.reconcile(`${await aFile()}${nth}\n`);
        try {
          const mortal = dying(desk.ports, ['aggregates', 'commits', 'objects'], nth);
          // A process that dies lets go of what it reads.
          const get: FileDesk['ports']['objects']['get'] = (...args) => desk.ports.objects.get(...args);
          await work({ ...mortal, objects: { ...mortal.objects, get } });
        } catch (cause) {
          if (!(cause instanceof ProcessDied)) throw cause;
          died += 1;
        }
        for (let turns = 0; (await show(ended))._unsafeUnwrap().report === undefined; turns += 1) {
          if (turns > 3) throw new Error(`there is no report after a death at step ${nth}`);
          desk.clock.move(60_000);
          await work();
        }
        const rows = readCsv(await textOf(ended, 'csv'));
        const absent = Number(ended.absences?.expected) + Number(ended.absences?.missingThere);
        expect(rows, `died at step ${nth}`).toHaveLength(8 + absent);
        const lines = ['2', '3', '4', '5', '6', '7', '8', ...Array.from({ length: absent }, () => '')];
        expect(rows.slice(1).map(([line]) => line)).toEqual(lines);
        expect(JSON.parse(await textOf(ended, 'json'))).toEqual(plain(publishedReconciliation(ended)));
      }
      expect(died).toBeGreaterThan(2);
      await expectSound();
    });

    it('a batch that is not there is not passed over: the report is not made, and the record says so', async () => {
      const ended = await desk.reconcile(await aFile());
      const prefix = `reconciliation/${ended.merchantId}/${ended.id}/rows/`;
      const [first, second] = (await desk.ports.objects.list(prefix, { limit: 9 }))._unsafeUnwrap();
      if (first === undefined || second === undefined) throw new Error('the file had one batch');
      (await desk.ports.objects.delete(first))._unsafeUnwrap();
      for (let tries = 0; tries < 10; tries += 1) {
        await work();
        desk.clock.move(600_000);
      }
      const { reconciliation, report } = (await show(ended))._unsafeUnwrap();
      expect(report).toBeUndefined();
      expect(publishedReconciliation(reconciliation)).toMatchObject({
        status: 'completed',
        report_error: 'file_damaged',
      });
    });

    it.each([
      ['first', 0],
      ['last', -1],
    ])(
      'nor are its rows passed over where they are listed, and no page leads on without an end: %s',
      async (_, place) => {
        const { merchantId, id, batches } = await desk.reconcile(await aFile());
        const stored = (
          await desk.ports.objects.list(`reconciliation/${merchantId}/${id}/rows/`, { limit: 9 })
        )._unsafeUnwrap();
        // Behind the rows are those of what the file does not name.
        const gone = stored.slice(0, batches).at(place);
        if (gone === undefined || batches < 2) throw new Error('the file had one batch');
        (await desk.ports.objects.delete(gone))._unsafeUnwrap();
        const signedTokens = systemSignedTokens(SECRET);
        const list = listRows({ ...desk.ports, signedTokens, getReconciliation: getReconciliation(storage) });
        let fault: string | undefined;
        let cursor: string | undefined;
        for (let pages = 0; pages < 20 && fault === undefined; pages += 1) {
          const page = await list({ merchantId, id, limit: 2, ...present({ cursor }) });
          if (page.isErr()) fault = page.error.kind;
          else if (page.value.nextCursor === undefined) break;
          else cursor = page.value.nextCursor;
        }
        expect(fault).toBe('ObjectDamaged');
      },
    );

    it('a report whose upload was swept under it is written anew', async () => {
      const ended = await desk.reconcile(await aFile());
      const { objects } = desk.ports;
      let isSwept = false;
      const swept: typeof objects = {
        ...objects,
        completeUpload(upload, tags) {
          if (isSwept) return objects.completeUpload(upload, tags);
          isSwept = true;
          return objects
            .abortUpload(upload)
            .andThen(() => err({ kind: 'UploadNotFound' as const, key: upload.key }));
        },
      };
      expect(await work({ objects: swept })).toMatchObject([{ end: 'completed' }]);
      expect(isSwept).toBe(true);
      // The head, six rows and a transaction that none of them settled.
      expect(readCsv(await textOf(ended, 'csv'))).toHaveLength(8);
    });

    it('a store of files that does not answer holds the report up, and not the record', async () => {
      const ended = await desk.reconcile(await aFile());
      const down = { kind: 'ObjectStoreUnavailable', cause: 'disk full' } as const;
      const { objects } = desk.ports;
      const full = {
        ...objects,
        put: (...args: Parameters<typeof objects.put>) => objects.put(...args).andThen(() => err(down)),
      };
      expect(await work({ objects: full })).toMatchObject([
        { end: 'postponed', code: 'object_store_unavailable' },
      ]);
      expect((await show(ended))._unsafeUnwrap()).toEqual({ reconciliation: ended });
      desk.clock.move(600_000);
      await work();
      expect((await show(ended))._unsafeUnwrap().report).toBeDefined();
    });
  });
}
