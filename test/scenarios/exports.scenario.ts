import { err } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ExportFilter } from '../../src/application/files/export-filter.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import { MOST_UNDER_WAY, type PendingFileExport } from '../../src/domain/files/file-export.ts';
import type { CurrencyCode } from '../../src/domain/kernel/currency.ts';
import { paymentRecord } from '../../src/domain/payments/payment-record.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { ProcessDied } from '../contract/object-store.contract.ts';
import { aMerchantId, anOpening, aSuccess, digests, NOON, plain } from '../fixtures/changes.ts';
import { fileDesk, nativeFile, rowAbout } from '../fixtures/files.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { aTransfer } from '../fixtures/transfers.ts';
import { readCsv } from '../support/csv-reader.ts';
import { dyingAt, type ExportScene, exportScene, linesOf } from '../support/export-scene.ts';
import { temporaryFiles } from '../support/objects.ts';

const DAY = 86_400_000;
/** A database is asked over a wire for each of these. */
const SAMPLE = [3, 9, 17, 26, 38];

/** What every storage promises of exports; `everyStep` tries a death at each step and not at some. */
export function exportsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Exports: ${adapter}`, () => {
    const a = aMerchantId();
    let storage: Storage;
    let scene: ExportScene;
    beforeEach(async () => {
      storage = await open();
      scene = exportScene(storage);
      await addMerchants(storage, [aMerchant('merchant-a'), aMerchant('merchant-b')]);
      return () => storage.close();
    });

    /** Seven payments of one merchant over three days, each with a fee, and one of another merchant. */
    async function fill(): Promise<void> {
      for (let n = 0; n < 8; n += 1) {
        const opening = anOpening({
          merchantId: n === 7 ? aMerchantId('merchant-b') : a,
          amount: BigInt(1_000 + n),
          currency: n % 3 === 0 ? 'EUR' : 'USD',
          createdAt: NOON - 2 * DAY + (n % 3) * DAY + n,
          description: n === 2 ? '=1+2' : `payment ${n}`,
        });
        (await storage.commits.commit(opening.change))._unsafeUnwrap();
        if (n === 4) continue;
        (
          await storage.commits.commit(aSuccess(opening, opening.payment.createdAt + 50, 30n))
        )._unsafeUnwrap();
      }
    }

    const stored = async () => {
      const all = (await storage.payments.list(a, {}, { limit: 100 }))._unsafeUnwrap();
      return all.map((payment) => plain(paymentRecord(payment)));
    };
    const order = async (parts: Parameters<ExportScene['order']>[0] = {}) =>
      (await scene.order(parts))._unsafeUnwrap();
    const made = async (parts: Parameters<ExportScene['order']>[0] = {}) => {
      const ordered = await order(parts);
      expect(await scene.work()).toMatchObject([{ subject: ordered.id, end: 'completed' }]);
      return scene.textOf(ordered);
    };
    const expectSound = async () => {
      const verified = await verify({ ...storage, clock: { now: () => scene.clock.now() + DAY }, digests })(
        () => {},
      );
      expect(verified._unsafeUnwrap()).toMatchObject({ unsettled: [] });
    };

    it('a file holds every payment of the merchant once, newest first, as CSV and as JSON lines, packed or not', async () => {
      await fill();
      const wanted = await stored();
      expect(wanted).toHaveLength(7);
      expect(linesOf(await made())).toEqual(wanted);
      expect(linesOf(await made({ gzip: true }))).toEqual(wanted);
      const [head = [], ...rows] = readCsv(await made({ format: 'csv' }));
      expect(head.slice(0, 5)).toEqual(['id', 'merchant_id', 'idempotency_key', 'amount', 'amount_decimal']);
      expect(rows.map(([id]) => id)).toEqual(wanted.map((row) => (row as { id: string }).id));
      expect(rows.flat()).toContain("'=1+2");
      await expectSound();
    });

    it('a file of nothing has a head in CSV and no line otherwise', async () => {
      expect(readCsv(await made({ format: 'csv' }))).toHaveLength(1);
      expect(await made()).toBe('');
      expect(await made({ gzip: true })).toBe('');
    });

    it('rows are chosen by the filter, and what came after the order is in no file', async () => {
      await fill();
      const ordered = await order({ filter: { currency: 'EUR', from: NOON - 2 * DAY + 1 } });
      const late = anOpening({ merchantId: a, currency: 'EUR', createdAt: scene.clock.now() + 1 });
      (await storage.commits.commit(late.change))._unsafeUnwrap();
      await scene.work();
      const rows = linesOf(await scene.textOf(ordered));
      expect(rows.map(({ amount }) => amount)).toEqual([1_006, 1_003]);
    });

    it('transactions, ledger entries and the audit trail are what the merchant is shown of them elsewhere', async () => {
      await fill();
      const transactions = linesOf(await made({ source: 'transactions' }));
      expect(transactions.map(({ type, status }) => `${String(type)} ${String(status)}`)).toEqual(
        Array.from({ length: 6 }, () => 'capture succeeded'),
      );
      const entries = linesOf(await made({ source: 'ledger_entries' }));
      const listed = (await storage.ledger.list(a, {}, { limit: 100 }))._unsafeUnwrap();
      expect(entries.map(({ id }) => id)).toEqual(listed.map(({ id }) => id));
      const usd = linesOf(await made({ source: 'ledger_entries', filter: { currency: 'USD', to: NOON } }));
      expect(usd).toEqual(
        entries.filter(
          ({ currency, created_at }) =>
            currency === 'USD' && String(created_at) <= new Date(NOON).toISOString(),
        ),
      );
      const audit = linesOf(
        await made({ source: 'audit', filter: { entityType: 'payment', to: NOON + 1_000 } }),
      );
      expect(audit).toHaveLength(13);
      expect(audit[0]).toMatchObject({ action: 'payment.succeeded', merchant_id: a });
    });

    it('the journal adds each day up by account, type and currency, debits equal to credits', async () => {
      await fill();
      const { change } = aTransfer();
      (await storage.commits.commit(change))._unsafeUnwrap();
      const rows = linesOf(await made({ source: 'journal' })) as unknown as readonly {
        date: string;
        account: string;
        type: string;
        currency: string;
        debit: number;
        credit: number;
        entries: number;
      }[];
      const keys = rows.map(({ date, account, type, currency }) => `${date} ${account} ${type} ${currency}`);
      expect(new Set(keys).size).toBe(keys.length);
      const listed = (await storage.ledger.list(a, {}, { limit: 100 }))._unsafeUnwrap();
      for (const { date, currency } of rows) {
        const ofDay = rows.filter((row) => row.date === date && row.currency === currency);
        const sum = (side: 'debit' | 'credit') => ofDay.reduce((total, row) => total + row[side], 0);
        expect(sum('debit')).toBe(sum('credit'));
      }
      for (const row of rows) {
        const of = listed.filter(
          ({ type, amount, createdAt }) =>
            type === row.type &&
            amount.currency === row.currency &&
            new Date(createdAt).toISOString().startsWith(row.date),
        );
        const side = (name: 'debit' | 'credit') =>
          Number(
            of
              .filter((entry) => entry[name] === row.account)
              .reduce((sum, { amount }) => sum + amount.minorUnits, 0n),
          );
        expect([row.debit, row.credit]).toEqual([side('debit'), side('credit')]);
      }
      expect(rows.reduce((sum, { entries }) => sum + entries, 0)).toBe(2 * listed.length);
      expect(rows.map(({ date }) => date)).toEqual(
        rows
          .map(({ date }) => date)
          .toSorted()
          .toReversed(),
      );
    });

    it('settlements are those of files that were begun in time, newest first, of one currency or of all', async () => {
      const desk = fileDesk(storage, temporaryFiles({ now: () => Date.now() }));
      const settled = async (currency: CurrencyCode, date: string) => {
        desk.clock.move(DAY);
        const row = rowAbout(await desk.paid({ currency }), { fee: '30', settlement_date: date });
        expect((await desk.reconcile(nativeFile([row]))).status).toBe('completed');
        return desk.clock.now();
      };
      await settled('EUR', '2026-03-05');
      const second = await settled('USD', '2026-03-04');
      const third = await settled('USD', '2026-03-06');
      scene.clock.move(7 * DAY);
      const dates = async (filter: ExportFilter) =>
        linesOf(await made({ source: 'settlements', filter })).map(({ date }) => date);
      expect(await dates({})).toEqual(['2026-03-06', '2026-03-04', '2026-03-05']);
      expect(await dates({ currency: 'USD' as CurrencyCode })).toEqual(['2026-03-06', '2026-03-04']);
      expect(await dates({ from: second, to: third - 1 })).toEqual(['2026-03-04']);
      const [head = [], row = []] = readCsv(await made({ source: 'settlements', format: 'csv' }));
      const cell = (name: string) => row[head.indexOf(name)];
      expect(['gross_amount', 'fee_amount', 'net_amount', 'net_decimal', 'status'].map(cell)).toEqual([
        '2500',
        '30',
        '2470',
        '24.70',
        'completed',
      ]);
    });

    it('a CSV begins with a byte order mark where it is asked for, once, and nothing else does', async () => {
      await fill();
      const marked = await made({ format: 'csv', bom: true });
      expect(marked.split('\uFEFF')).toHaveLength(2);
      expect(marked.startsWith('\uFEFFid,merchant_id,')).toBe(true);
      expect(await made({ format: 'csv' })).toBe(marked.slice(1));
      expect(await made({ bom: true })).toBe(await made());
    });

    it('an export shows how far it has come, then a link that is made anew, then that it is over', async () => {
      await fill();
      const ordered = await order();
      expect(await scene.get(ordered)).toMatchObject({ status: 'pending', progress: { done: 0 } });
      expect(await scene.work({ turnMs: 0 })).toMatchObject([{ end: 'released' }]);
      const underWay = await scene.get(ordered);
      expect(underWay.status).toBe('processing');
      expect(underWay.progress.done).toBeGreaterThan(0);
      expect(underWay.resultUrl).toBeUndefined();
      await scene.work();
      const completed = await scene.get(ordered);
      expect(completed).toMatchObject({ status: 'completed', progress: { done: 7, total: 7 } });
      scene.clock.move(1_000);
      expect((await scene.get(ordered)).resultUrl).not.toBe(completed.resultUrl);
      scene.clock.move(7 * DAY);
      const expired = await scene.get(ordered);
      expect([expired.status, expired.resultUrl]).toEqual(['expired', undefined]);
    });

    it('a file goes after 7 days and not before, and so does one that nothing knows of', async () => {
      const ordered = await order();
      await scene.work();
      const prune = async (at: number) => (await scene.retention.prune('export_file', at, 9))._unsafeUnwrap();
      expect(await prune(ordered.createdAt + 7 * DAY - 1)).toBe(0);
      expect((await scene.retention.oldestEnds('export_file'))._unsafeUnwrap()).toBe(
        ordered.createdAt + 7 * DAY,
      );
      expect(await prune(ordered.createdAt + 7 * DAY)).toBe(1);
      expect((await scene.objects.list('', { limit: 9 }))._unsafeUnwrap()).toEqual([]);
    });

    it('a merchant has so many exports under way and no more, however many requests come at once; others are not held up', async () => {
      const asked = await Promise.all(Array.from({ length: MOST_UNDER_WAY + 3 }, () => scene.order()));
      expect(asked.filter((each) => each.isOk())).toHaveLength(MOST_UNDER_WAY);
      for (const each of asked.filter((one) => one.isErr()))
        expect(each._unsafeUnwrapErr()).toEqual({ kind: 'ExportsUnderWay', most: MOST_UNDER_WAY });
      expect((await scene.order({ merchantId: aMerchantId('merchant-b') })).isOk()).toBe(true);
      await scene.work();
      expect((await scene.order()).isOk()).toBe(true);
      await expectSound();
    });

    it('exports are listed newest first, page by page', async () => {
      const all: PendingFileExport[] = [];
      for (let n = 0; n < 5; n += 1) {
        scene.clock.move(1);
        all.push(await order());
        if (n % 2 === 1) await scene.work();
      }
      const first = (await scene.list({ merchantId: a, limit: 2 }))._unsafeUnwrap();
      const cursor = first.nextCursor ?? '';
      const second = (await scene.list({ merchantId: a, limit: 2, cursor }))._unsafeUnwrap();
      const ids = [...first.items, ...second.items].map((each) => each.export.id);
      expect(ids).toEqual(
        all
          .map(({ id }) => id)
          .toReversed()
          .slice(0, 4),
      );
      const foreign = await scene.list({ merchantId: aMerchantId('merchant-b'), limit: 2, cursor });
      expect(foreign._unsafeUnwrapErr()).toEqual({ kind: 'CursorInvalid' });
    });

    it('an export that is canceled ends with its job and leaves no file, whatever its worker does', async () => {
      await fill();
      const ordered = await order();
      const target = {
        merchantId: a,
        id: ordered.id,
        origin: { actor: { id: 'user-1', type: 'user' }, requestId: 'r' },
      } as const;
      await scene.work({ turnMs: 0 });
      let canceled = false;
      const objects = {
        ...scene.objects,
        putPart: (...args: Parameters<ExportScene['objects']['putPart']>) =>
          scene.objects.putPart(...args).map(async (tag) => {
            if (!canceled) {
              canceled = true;
              (await scene.cancel(target))._unsafeUnwrap();
            }
            return tag;
          }),
      };
      expect(await scene.work({ ports: { ...scene.ports, objects } })).toMatchObject([{ end: 'lost' }]);
      expect((await scene.get(ordered)).status).toBe('canceled');
      expect((await scene.leftovers.oldestEnds('upload'))._unsafeUnwrap()).toBeUndefined();
      expect((await scene.objects.list('', { limit: 9 }))._unsafeUnwrap()).toEqual([]);
      expect((await scene.cancel(target))._unsafeUnwrapErr()).toEqual({
        kind: 'ExportEnded',
        status: 'canceled',
      });
      expect(await scene.work()).toEqual([]);
      await expectSound();
    });

    it('an export whose store of files stays away fails after its tries, with an event, and frees its place', async () => {
      const ordered = await order();
      const down = { kind: 'ObjectStoreUnavailable', cause: 'disk full' } as const;
      const objects: ExportScene['objects'] = {
        ...scene.objects,
        put: (...args) => scene.objects.put(...args).andThen(() => err(down)),
      };
      for (let tries = 0; tries < 10; tries += 1) {
        await scene.work({ ports: { ...scene.ports, objects } });
        scene.clock.move(600_000);
      }
      const failed = await scene.get(ordered);
      expect(failed).toMatchObject({ status: 'failed', export: { fault: 'object_store_unavailable' } });
      expect((await scene.objects.list('', { limit: 9 }))._unsafeUnwrap()).toEqual([]);
      for (let n = 0; n < MOST_UNDER_WAY; n += 1) expect((await scene.order()).isOk()).toBe(true);
      await expectSound();
    });

    it('a file that was complete when its worker died is not written again', async () => {
      await fill();
      const ordered = await order();
      const dying: ExportScene['objects'] = {
        ...scene.objects,
        completeUpload: (...args) =>
          scene.objects.completeUpload(...args).map((): never => {
            throw new ProcessDied();
          }),
      };
      await scene.work({ ports: { ...scene.ports, objects: dying } });
      scene.clock.move(600_000);
      const written: ExportScene['objects'] = {
        ...scene.objects,
        startUpload: () => {
          throw new Error('the file is written again');
        },
      };
      expect(await scene.work({ ports: { ...scene.ports, objects: written } })).toMatchObject([
        { end: 'completed' },
      ]);
      expect(linesOf(await scene.textOf(ordered))).toEqual(await stored());
    });

    it('a worker that dies at any step leaves what another makes the same file of, with one event', async () => {
      await fill();
      const wanted = await made({ format: 'csv' });
      const points = adapter === 'memory' ? Array.from({ length: 80 }, (_, n) => n + 1) : SAMPLE;
      let died = 0;
      for (const nth of points) {
        const ordered = await order({ format: 'csv' });
        try {
          await scene.work({ ports: dyingAt(scene.ports, nth) });
        } catch (cause) {
          if (!(cause instanceof ProcessDied)) throw cause;
          died += 1;
        }
        scene.afterTheLease();
        for (let turns = 0; (await scene.get(ordered)).status !== 'completed'; turns += 1) {
          if (turns > 3) throw new Error(`the export did not end after a death at step ${nth}`);
          await scene.work();
        }
        expect(await scene.textOf(ordered), `died at step ${nth}`).toBe(wanted);
      }
      expect(died).toBeGreaterThan(3);
      await expectSound();
    });
  });
}
