import { describe, expect, it } from 'vitest';
import { systemIds } from '../../src/adapters/system/ids.ts';
import type { ExportFilter } from '../../src/application/files/export-filter.ts';
import { paymentChange } from '../../src/application/payments/payment-change.ts';
import { JOBS_TENANT } from '../../src/domain/kernel/ids.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import { money } from '../../src/domain/kernel/money.ts';
import { complete, type ModificationRequest, reserve } from '../../src/domain/payments/modification.ts';
import { moved } from '../../src/domain/payments/payment.ts';
import { decidedTransaction } from '../../src/domain/payments/transaction.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { ProcessDied } from '../contract/breakable-objects.ts';
import {
  aMerchantId,
  anOpening,
  aRefusal,
  aSuccess,
  aVerdict,
  NOON,
  origin,
  ports,
} from '../fixtures/changes.ts';
import { dyingAt, linesOf } from '../support/export-scene.ts';
import { scheduleScene } from '../support/schedule-scene.ts';
import { exportDesk } from './export-desk.ts';

const DAY = 86_400_000;
const YEAR = 365 * DAY;

/** What every storage promises of the files of transactions, which are chosen by their own time. */
export function transactionExportsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Exports of transactions: ${adapter}`, () => {
    const a = aMerchantId();
    const { storage, scene, order, made, expectSound } = exportDesk(open);

    /** A payment that was taken, or held, at a time; what is done with it is done at its own. */
    const paid = async (createdAt: Instant, captureMethod: 'automatic' | 'manual' = 'automatic') => {
      const opening = anOpening({ merchantId: a, createdAt, captureMethod });
      (await storage().commits.commit(opening.change))._unsafeUnwrap();
      (await storage().commits.commit(aSuccess(opening, createdAt)))._unsafeUnwrap();
      const { id } = opening.payment;
      return {
        id,
        async does(request: ModificationRequest, at: Instant, status: 'succeeded' | 'failed' = 'succeeded') {
          const before = (await storage().payments.find(a, id))._unsafeUnwrap();
          const { payment, modification } = reserve(before, request, at)._unsafeUnwrap();
          const { type, amount } = modification;
          const next = decidedTransaction(
            { id: systemIds.transaction(at), merchantId: a, paymentId: id, type, amount, createdAt: at },
            status,
            aVerdict(at),
          );
          const after = status === 'succeeded' ? complete(payment, modification, at) : before;
          const { change } = paymentChange(ports, {
            at,
            origin,
            before,
            next: { ...after, ...moved(before, at) },
            transactions: [{ next }],
            claim: aRefusal(undefined, at).claim,
          });
          (await storage().commits.commit(change))._unsafeUnwrap();
        },
      };
    };
    const words = (text: string) =>
      linesOf(text).map(({ type, status }) => `${String(type)} ${String(status)}`);
    const wordsOf = async (filter: ExportFilter) => words(await made({ source: 'transactions', filter }));

    it('a file from a time on has what was done since with payments from before, whatever it was', async () => {
      const old = await paid(NOON - YEAR);
      await old.does({ type: 'refund', amount: 100n }, NOON - YEAR + 1);
      await old.does({ type: 'refund', amount: 100n }, NOON);
      await old.does({ type: 'refund', amount: 100n }, NOON + 1, 'failed');
      const held = await paid(NOON - 2 * DAY, 'manual');
      await held.does({ type: 'void' }, NOON + 2);
      expect(await wordsOf({ from: NOON })).toEqual(['void succeeded', 'refund succeeded', 'refund failed']);
      expect(await wordsOf({ from: NOON + 1 })).toEqual(['void succeeded', 'refund failed']);
      expect(await wordsOf({ from: NOON + 3 })).toEqual([]);
    });

    it('a file up to a time has nothing that was done later with payments from before', async () => {
      const old = await paid(NOON - YEAR);
      await old.does({ type: 'refund', amount: 100n }, NOON);
      await old.does({ type: 'refund', amount: 100n }, NOON + 1);
      expect(await wordsOf({ to: NOON })).toEqual(['capture succeeded', 'refund succeeded']);
      expect(await wordsOf({ from: NOON, to: NOON })).toEqual(['refund succeeded']);
      expect(await wordsOf({ from: NOON + 1, to: NOON })).toEqual([]);
    });

    it('what was done after the order is in no file', async () => {
      const early = await paid(NOON);
      const ordered = await order({ source: 'transactions' });
      await early.does({ type: 'refund', amount: 100n }, ordered.createdAt + 1);
      await scene().work();
      expect(words(await scene().textOf(ordered))).toEqual(['capture succeeded']);
    });

    it('filters that are of payments choose payments as they stand, and the time chooses among their transactions', async () => {
      const euros = anOpening({ merchantId: a, currency: 'EUR', createdAt: NOON - DAY });
      (await storage().commits.commit(euros.change))._unsafeUnwrap();
      (await storage().commits.commit(aSuccess(euros, NOON)))._unsafeUnwrap();
      await (await paid(NOON - DAY)).does({ type: 'refund', amount: 100n }, NOON);
      const chosen = await wordsOf({ currency: money(1n, 'EUR').currency, from: NOON });
      expect(chosen).toEqual(['capture succeeded']);
    });

    it('clocks that differ by moments lose none: one may have taken the payment, and a slower one its transaction', async () => {
      const opening = anOpening({ merchantId: a, createdAt: NOON + 5 });
      (await storage().commits.commit(opening.change))._unsafeUnwrap();
      (await storage().commits.commit(aSuccess(opening, NOON)))._unsafeUnwrap();
      expect(await wordsOf({ to: NOON })).toEqual(['capture succeeded']);
      expect(await wordsOf({ from: NOON + 1 })).toEqual([]);
    });

    it('a version that takes the time of payments leaves the file to one that takes that of transactions', async () => {
      const ordered = await order({ source: 'transactions', filter: { from: NOON } });
      const job = (await storage().aggregates.find(JOBS_TENANT, 'job', ordered.job))._unsafeUnwrap();
      expect(job).toMatchObject({ work: 'transaction_export' });
    });

    it('a schedule has each transaction in the file of exactly one period', async () => {
      const schedules = scheduleScene(storage(), '2026-03-01T12:00:00Z');
      const old = await paid(Date.parse('2025-03-01T10:00:00Z'));
      const days = ['2026-03-01T23:59:59.999Z', '2026-03-02T00:00:00.000Z', '2026-03-03T23:59:59.999Z'];
      for (const time of days) await old.does({ type: 'refund', amount: 100n }, Date.parse(time));
      await schedules.create({ source: 'transactions', timezone: 'UTC', at: { time: '00:00' } });
      schedules.at('2026-03-04T00:00:00Z');
      await schedules.runAll();
      const files = (await storage().aggregates.newest(a, 'export', { limit: 9 }))._unsafeUnwrap();
      const rows = await Promise.all(
        files.map(async (each) => ('source' in each ? linesOf(await schedules.exports.textOf(each)) : [])),
      );
      expect(rows.map((each) => each.map(({ created_at }) => created_at))).toEqual(
        days.toReversed().map((time) => [time]),
      );
    });

    it('a worker that dies among pages without a row is followed by one that goes on behind them, and no row is lost or doubled', async () => {
      for (let n = 0; n < 9; n += 1) {
        const each = await paid(NOON - YEAR + n * DAY);
        if (n % 8 === 0) await each.does({ type: 'refund', amount: BigInt(n + 1) }, NOON + n);
      }
      const ordered = await order({ source: 'transactions', filter: { from: NOON } });
      const terms = { pageRows: 1, partBytes: 10_000, stepPages: 1 };
      for (const nth of [9, 17, 30]) {
        await scene()
          .work({ ports: dyingAt(scene().ports, nth), terms })
          .catch((cause: unknown) => {
            if (!(cause instanceof ProcessDied)) throw cause;
          });
        scene().afterTheLease();
      }
      expect(await scene().work({ terms })).toMatchObject([{ end: 'completed' }]);
      expect(linesOf(await scene().textOf(ordered)).map(({ amount }) => amount)).toEqual([9, 1]);
    });

    it('a file whose rows are far apart ends, however short the turns are: what is no part yet is kept from one to the next', async () => {
      for (let n = 0; n < 9; n += 1) {
        const each = await paid(NOON - YEAR + n * DAY);
        if (n % 4 === 0) await each.does({ type: 'refund', amount: BigInt(n + 1) }, NOON + n);
      }
      const ordered = await order({ source: 'transactions', filter: { from: NOON } });
      const terms = { pageRows: 1, partBytes: 10_000, stepPages: 1 };
      const done: number[] = [];
      while ((await scene().get(ordered)).status !== 'completed' && done.length < 20) {
        await scene().work({ terms, isStopping: true });
        done.push((await scene().get(ordered)).progress.done);
      }
      expect(linesOf(await scene().textOf(ordered)).map(({ amount }) => amount)).toEqual([9, 5, 1]);
      expect(done).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3]);
      await expectSound();
    });

    it('a turn that ends with rows of no part yet gives the job back, so that others have theirs', async () => {
      for (let n = 0; n < 5; n += 1) await paid(NOON + n);
      const ordered = await order({ source: 'transactions' });
      const terms = { pageRows: 1, partBytes: 10_000, stepPages: 1 };
      expect(await scene().work({ terms, turnMs: 0 })).toMatchObject([{ end: 'released' }]);
      expect(await scene().work({ terms })).toMatchObject([{ end: 'completed' }]);
      expect(linesOf(await scene().textOf(ordered))).toHaveLength(5);
    });

    it('rows that another worker kept after the checkpoint are not taken for those that it names', async () => {
      for (let n = 0; n < 5; n += 1) await paid(NOON + n);
      const ordered = await order({ source: 'transactions' });
      const terms = { pageRows: 1, partBytes: 10_000, stepPages: 1 };
      await scene().work({ terms, isStopping: true });
      const [rest] = (await scene().objects.list(`exports/${a}/`, { limit: 9 }))._unsafeUnwrap();
      if (rest === undefined) throw new Error('nothing is kept');
      (await scene().objects.put(rest, Buffer.from('{"amount":0}\n'), 'text/plain'))._unsafeUnwrap();
      expect(await scene().work({ terms })).toMatchObject([{ end: 'completed' }]);
      const kept = linesOf(await scene().textOf(ordered)).map(({ type }) => type);
      expect(kept).toEqual(['capture', 'capture', 'capture', 'capture', 'capture']);
    });

    it('nothing that was kept for a file is there once the file is cancelled', async () => {
      for (let n = 0; n < 5; n += 1) await paid(NOON + n);
      const ordered = await order({ source: 'transactions' });
      await scene().work({ terms: { pageRows: 1, partBytes: 10_000, stepPages: 1 }, isStopping: true });
      (await scene().cancel({ merchantId: a, id: ordered.id, origin }))._unsafeUnwrap();
      expect((await scene().objects.list('exports/', { limit: 9 }))._unsafeUnwrap()).toEqual([]);
    });
  });
}
