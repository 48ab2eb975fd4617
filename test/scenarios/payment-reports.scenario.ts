import { beforeEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { Payment } from '../../src/domain/payments/payment.ts';
import { tallyOf } from '../../src/domain/payments/tally.ts';
import { paymentReport } from '../../src/entrypoints/http/payments/payment-report.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening, aSuccess } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { aConclusion, aReservation } from '../fixtures/movements.ts';
import { aPlatform } from '../support/http-app.ts';
import { aClient, type Client } from '../support/http-client.ts';

type Report = z.infer<typeof paymentReport>;
type Row = Report['total'][number];
type Listed = Readonly<{
  total: number;
  items: readonly Readonly<{ failure: Readonly<{ code: string }> }>[];
}>;

/** Reports of payments over time are what the payments add up to, however time is cut, on every storage. */
export function paymentReportsContract(adapter: string, open: () => Promise<Storage>): void {
  describe(`Payment reports contract: ${adapter}`, () => {
    const clock = { now: () => Date.parse('2026-10-28T12:00:00Z') };
    let storage: Storage;
    let client: Client;
    let payments: Payment[];
    beforeEach(async () => {
      storage = await open();
      await addMerchants(storage, [aMerchant(), aMerchant('merchant-b')]);
      const { app } = aPlatform(storage, { clock });
      client = await aClient((path, init) => app.request(path, init), aMerchantId());
      payments = [];
      return () => storage.close();
    });

    const commit = async (change: Parameters<Storage['commits']['commit']>[0]) => {
      (await storage.commits.commit(change))._unsafeUnwrap();
      if (change.payment === undefined) throw new Error('the change has no payment');
      return change.payment.next;
    };

    /** A payment that is open, that was taken, or of which a part was given back. */
    async function take(at: number, nth: number, merchantId = aMerchantId()): Promise<void> {
      const currency = nth % 3 === 0 ? ('JPY' as const) : ('USD' as const);
      const paymentMethod = nth % 2 === 0 ? 'card' : `tok_${nth}`;
      const amount = 1_000n + BigInt(nth);
      const opening = anOpening({ createdAt: at, currency, paymentMethod, amount, merchantId });
      let payment: Payment = await commit(opening.change);
      if (nth % 4 > 0) payment = await commit(aSuccess(opening));
      const refund =
        nth % 4 > 1 ? aReservation(payment, { type: 'refund', amount: 100n }, at + 60) : undefined;
      if (refund !== undefined) {
        await commit(refund.change);
        payment = await commit(aConclusion(refund, refund.payment, at + 70));
      }
      if (merchantId === aMerchantId()) payments.push(payment);
    }

    async function report(query: string): Promise<Report> {
      const response = await client.get(`/reports/payments?${query}`);
      const text = await response.text();
      expect([query, response.status, response.status === 200 ? '' : text]).toEqual([query, 200, '']);
      return paymentReport.parse(JSON.parse(text));
    }

    const added = (rows: readonly Row[]): Row[] =>
      [...Map.groupBy(rows, ({ currency, group }) => `${currency} ${group ?? ''}`)]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([, [first, ...rest]]) => rest.reduce(addRows, first as Row));

    /** The payments of some time, counted one by one. */
    const fold = (begin: number, end: number, source: Report['source']): Row[] =>
      added(
        payments
          .filter(({ createdAt }) => begin <= createdAt && createdAt < end)
          .map(tallyOf)
          .map((tally) => ({
            currency: tally.currency,
            group: null,
            count: 1,
            succeeded_count: tally.status === 'succeeded' ? 1 : 0,
            failed_count: 0,
            success_rate: tally.status === 'succeeded' ? 1 : 0,
            total_amount: Number(tally.amount),
            captured_amount: Number(tally.captured),
            refunded_amount: Number(tally.refunded),
            net_amount: Number(tally.captured - tally.refunded),
            ...(source === 'tallies' ? costless(Number(tally.captured - tally.refunded)) : UNKNOWN),
          })),
      );

    it('give a day as the sum of its hours and as the fold of its payments, in every zone, where clocks change too', async () => {
      // The night from October 24 to 25, in which clocks go back in Berlin, and the first and last milliseconds of days.
      const times = [
        '2026-10-23T22:00:00',
        '2026-10-24T00:00:00',
        '2026-10-24T18:30:00',
        '2026-10-24T22:00:00',
      ]
        .concat(['2026-10-25T00:15:00', '2026-10-25T01:15:00', '2026-10-25T13:00:00', '2026-10-25T23:00:00'])
        .map((text) => Date.parse(`${text}Z`))
        .flatMap((at) => [at - 1, at]);
      for (const [nth, at] of times.entries()) await take(at, nth);
      await take(times[3] ?? 0, 1, aMerchantId('merchant-b'));
      for (const zone of ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Asia/Kathmandu']) {
        const time = `from=2026-10-23&to=2026-10-26&timezone=${zone}`;
        const days = await report(`${time}&interval=day`);
        const hours = await report(`${time}&interval=hour`);
        expect([days.source, hours.source]).toEqual([zone === 'UTC' ? 'tallies' : 'payments', 'payments']);
        expect(days.buckets).toHaveLength(4);
        for (const { date, begin, end, rows } of days.buckets) {
          expect(rows).toEqual(fold(Date.parse(begin), Date.parse(end), days.source));
          expect(
            added(hours.buckets.filter((each) => each.date === date).flatMap((each) => each.rows)),
          ).toEqual(rows.map((row) => ({ ...row, ...UNKNOWN })));
        }
        const all = added(days.buckets.flatMap(({ rows }) => rows));
        const read = all.map((row) => ({ ...row, ...UNKNOWN }));
        expect([days.total, hours.total]).toEqual([all, read]);
        for (const interval of ['week', 'month'])
          expect((await report(`${time}&interval=${interval}`)).total).toEqual(all);
        expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(
          payments.filter(({ createdAt }) => createdAt >= Date.parse(days.buckets[0]?.begin ?? '')).length,
        );
      }
    });

    it('tell payments apart by what they are asked for, and never add two currencies', async () => {
      const at = Date.parse('2026-10-24T10:00:00Z');
      for (let nth = 0; nth < 12; nth += 1) await take(at + nth, nth);
      const by = async (group: string) =>
        (await report(`from=2026-10-24&to=2026-10-24&group_by=${group}`)).total.map((row) => [
          row.currency,
          row.group,
          row.count,
        ]);
      expect(await by('status')).toEqual([
        ['JPY', 'processing', 1],
        ['JPY', 'succeeded', 3],
        ['USD', 'processing', 2],
        ['USD', 'succeeded', 6],
      ]);
      expect(await by('currency')).toEqual([
        ['JPY', 'JPY', 4],
        ['USD', 'USD', 8],
      ]);
      expect(await by('payment_method')).toEqual([
        ['JPY', 'card', 2],
        ['JPY', 'stored', 2],
        ['USD', 'card', 4],
        ['USD', 'stored', 4],
      ]);
      expect(await by('processor')).toEqual([
        ['JPY', null, 4],
        ['USD', null, 8],
      ]);
      expect(await by('decline_code')).toEqual([]);
    });

    it('say why payments failed', async () => {
      for (const [nth, payment_method] of [
        'card',
        'test_declined',
        'test_insufficient_funds',
        'test_declined',
      ].entries())
        await client.post('/payments', { amount: 500, currency: 'EUR', payment_method }, `decline-${nth}`);
      const declines = await report('group_by=decline_code');
      expect(declines.total.map(({ group, count, failed_count }) => [group, count, failed_count])).toEqual([
        ['card_declined', 2, 2],
        ['insufficient_funds', 1, 1],
      ]);
      expect((await report('')).total).toMatchObject([{ currency: 'EUR', count: 4, success_rate: 0.25 }]);
      for (const { group, count } of declines.total) {
        const { from: start_date, to: end_date } = declines;
        const query = new URLSearchParams({
          decline_code: `${group}`,
          start_date,
          end_date,
          include: 'total',
        });
        const { items, total } = (await (await client.get(`/payments?${query.toString()}`)).json()) as Listed;
        expect([items.map(({ failure }) => failure.code), total]).toEqual([Array(count).fill(group), count]);
      }
    });
  });
}

/** What no tally says, and what tallies say where nothing was posted. */
const UNKNOWN = { fees_amount: null, disputed_count: null, disputed_amount: null, proceeds_amount: null };
const costless = (net: number) => ({
  fees_amount: 0,
  disputed_count: 0,
  disputed_amount: 0,
  proceeds_amount: net,
});

const addRows = (a: Row, b: Row): Row => {
  const succeeded_count = a.succeeded_count + b.succeeded_count;
  const decided = succeeded_count + a.failed_count + b.failed_count;
  return {
    ...a,
    count: a.count + b.count,
    succeeded_count,
    failed_count: a.failed_count + b.failed_count,
    success_rate: decided === 0 ? 0 : succeeded_count / decided,
    total_amount: a.total_amount + b.total_amount,
    captured_amount: a.captured_amount + b.captured_amount,
    refunded_amount: a.refunded_amount + b.refunded_amount,
    net_amount: a.net_amount + b.net_amount,
    proceeds_amount: a.proceeds_amount === null ? null : a.proceeds_amount + (b.proceeds_amount ?? 0),
  };
};
