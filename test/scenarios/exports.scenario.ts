import { describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import type { ExportFilter } from '../../src/application/files/export-filter.ts';
import { paymentChange } from '../../src/application/payments/payment-change.ts';
import { takeOver } from '../../src/domain/kernel/claim.ts';
import type { CurrencyCode } from '../../src/domain/kernel/currency.ts';
import { JOBS_TENANT } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import { moved } from '../../src/domain/payments/payment.ts';
import type { Change } from '../../src/ports/commits.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening, NOON, type Opening, origin, ports, terms } from '../fixtures/changes.ts';
import { fileDesk, nativeFile, rowAbout } from '../fixtures/files.ts';
import { aTransfer } from '../fixtures/transfers.ts';
import { readCsv } from '../support/csv-reader.ts';
import { linesOf } from '../support/export-scene.ts';
import { temporaryFiles } from '../support/objects.ts';
import { exportDesk } from './export-desk.ts';

const DAY = 86_400_000;

/** The processor's record says another amount than was asked for. */
const inAttention = ({ payment, claim }: Opening): Change =>
  paymentChange(ports, {
    at: NOON + 20,
    origin,
    before: payment,
    next: {
      ...moved(payment, NOON + 20),
      status: 'processing',
      attention: {
        reason: 'amount_differs',
        since: NOON + 20,
        seen: { state: 'approved', amount: money(1n, 'USD') },
      },
    },
    transactions: [],
    claim: {
      expected: claim.fence,
      next: takeOver(claim, { changeId: systemIds.change(NOON + 20), now: NOON + 20 }, terms),
    },
  }).change;

/** What every storage promises of the files that exports make. */
export function exportsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Exports: ${adapter}`, () => {
    const a = aMerchantId();
    const { storage, scene, fill, stored, order, made, expectSound } = exportDesk(open);

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
      const late = anOpening({ merchantId: a, currency: 'EUR', createdAt: scene().clock.now() + 1 });
      (await storage().commits.commit(late.change))._unsafeUnwrap();
      await scene().work();
      const rows = linesOf(await scene().textOf(ordered));
      expect(rows.map(({ amount }) => amount)).toEqual([1_006, 1_003]);
    });

    it('holds what a list by a pair of metadata, by attention or by a key has, and is left to versions that know these', async () => {
      await fill();
      const paired = anOpening({ merchantId: a, createdAt: NOON + 10, metadata: { order: '1001' } });
      const needing = anOpening({ merchantId: a, createdAt: NOON + 11 });
      for (const { change } of [paired, needing]) (await storage().commits.commit(change))._unsafeUnwrap();
      (await storage().commits.commit(inAttention(needing)))._unsafeUnwrap();
      const choices: readonly (readonly [ExportFilter, readonly string[]])[] = [
        [{ metadata: { name: 'order', value: '1001' } }, [paired.payment.id]],
        [{ metadata: { name: 'order', value: '1001' }, status: 'succeeded' }, []],
        [{ attention: true }, [needing.payment.id]],
        [{ idempotencyKey: paired.payment.idempotencyKey }, [paired.payment.id]],
        [{ idempotencyKey: paired.payment.idempotencyKey, attention: true }, []],
        [{ idempotencyKey: 'never used' }, []],
      ];
      for (const [filter, ids] of choices) {
        const ordered = await order({ filter });
        const job = (await storage().aggregates.find(JOBS_TENANT, 'job', ordered.job))._unsafeUnwrap();
        expect(job).toMatchObject({ work: 'filtered_export' });
        await scene().work();
        expect(linesOf(await scene().textOf(ordered)).map(({ id }) => id)).toEqual(ids);
      }
      const plain = await order({ filter: { currency: 'EUR' } });
      const job = (await storage().aggregates.find(JOBS_TENANT, 'job', plain.job))._unsafeUnwrap();
      expect(job).toMatchObject({ work: 'export' });
    });

    it('transactions, ledger entries and the audit trail are what the merchant is shown of them elsewhere', async () => {
      await fill();
      const transactions = linesOf(await made({ source: 'transactions' }));
      expect(transactions.map(({ type, status }) => `${String(type)} ${String(status)}`)).toEqual(
        Array.from({ length: 6 }, () => 'capture succeeded'),
      );
      const entries = linesOf(await made({ source: 'ledger_entries' }));
      const listed = (await storage().ledger.list(a, {}, { limit: 100 }))._unsafeUnwrap();
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
      (await storage().commits.commit(change))._unsafeUnwrap();
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
      const listed = (await storage().ledger.list(a, {}, { limit: 100 }))._unsafeUnwrap();
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
      const desk = fileDesk(storage(), temporaryFiles({ now: () => Date.now() }));
      const settled = async (currency: CurrencyCode, date: string) => {
        desk.clock.move(DAY);
        const row = rowAbout(await desk.paid({ currency }), { fee: '30', settlement_date: date });
        expect((await desk.reconcile(nativeFile([row]))).status).toBe('completed');
        return desk.clock.now();
      };
      await settled('EUR', '2026-03-05');
      const second = await settled('USD', '2026-03-04');
      const third = await settled('USD', '2026-03-06');
      scene().clock.move(7 * DAY);
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
      desk.clock.move(DAY);
      const dear = rowAbout(await desk.paid(), { fee: '5410', settlement_date: '2026-03-09' });
      await desk.reconcile(nativeFile([dear]));
      scene().clock.move(DAY);
      const [, owed = []] = readCsv(await made({ source: 'settlements', format: 'csv' }));
      expect(owed[head.indexOf('net_decimal')]).toBe('-29.10');
    });

    it('a CSV begins with a byte order mark where it is asked for, once, and nothing else does', async () => {
      await fill();
      const marked = await made({ format: 'csv', bom: true });
      expect(marked.split('\uFEFF')).toHaveLength(2);
      expect(marked.startsWith('\uFEFFid,merchant_id,')).toBe(true);
      expect(await made({ format: 'csv' })).toBe(marked.slice(1));
      expect(await made({ bom: true })).toBe(await made());
    });
  });
}
