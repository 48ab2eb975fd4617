import { okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { systemTimeZones } from '../../../../src/adapters/system/time-zones.ts';
import {
  MOST_READ,
  type ReportPaymentsRequest,
  reportPayments,
} from '../../../../src/application/payments/report-payments.ts';
import { dayOf } from '../../../../src/domain/kernel/day.ts';
import { type Tally, tallyOf } from '../../../../src/domain/payments/tally.ts';
import { paymentReport } from '../../../../src/entrypoints/http/payments/payment-report.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import type { Payments } from '../../../../src/ports/payments.ts';
import { aMerchantId, anOpening, NOON } from '../../../fixtures/changes.ts';
import { anHttpApp, aPaymentBody, aRequest, aToken } from '../../../support/http-app.ts';

type Opened = Awaited<ReturnType<typeof anHttpApp>>;

async function get({ app }: Opened, query: string, headers: Readonly<Record<string, string>> = {}) {
  const authorization = `Bearer ${await aToken()}`;
  return app.request(`/reports/payments${query}`, { headers: { authorization, ...headers } });
}

async function pay({ app }: Opened, body: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const order = aPaymentBody({ idempotency_key: crypto.randomUUID(), ...body });
  await app.request('/payments', await aRequest({ body: JSON.stringify(order) }));
}

describe('GET /reports/payments', () => {
  it('is of the last 30 days by day in UTC where nothing is asked', async () => {
    const opened = await anHttpApp();
    await pay(opened, { amount: 700 });
    await pay(opened, { amount: 300, payment_method: 'test_declined' });
    const report = paymentReport.parse(await (await get(opened, '')).json());
    expect(report).toMatchObject({ interval: 'day', timezone: 'UTC', group_by: null, source: 'tallies' });
    expect(report.buckets).toHaveLength(30);
    expect(report.buckets.at(-1)?.rows).toEqual([
      {
        currency: 'USD',
        group: null,
        count: 2,
        succeeded_count: 1,
        failed_count: 1,
        success_rate: 0.5,
        total_amount: 1_000,
        captured_amount: 700,
        refunded_amount: 0,
        net_amount: 700,
        fees_amount: 0,
        disputed_count: 0,
        disputed_amount: 0,
        proceeds_amount: 700,
      },
    ]);
    expect(report.total).toEqual(report.buckets.at(-1)?.rows);
  });

  it('is of the hours of today where hours are asked for, and names the zone as the database does', async () => {
    const opened = await anHttpApp();
    const report = paymentReport.parse(
      await (await get(opened, '?interval=hour&timezone=europe/berlin&to=2026-03-29')).json(),
    );
    expect(report).toMatchObject({ timezone: 'Europe/Berlin', from: '2026-03-29', source: 'payments' });
    expect(report.buckets.map(({ begin }) => begin).slice(0, 3)).toEqual([
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T00:00:00.000Z',
      '2026-03-29T01:00:00.000Z',
    ]);
    expect(report.buckets).toHaveLength(23);
  });

  it('is CSV where the query or `Accept` asks for it, and JSON where that says both', async () => {
    const opened = await anHttpApp();
    await pay(opened, { amount: 700 });
    const lines = [
      'date,begin,end,currency,group,count,succeeded_count,failed_count,success_rate,total_amount,captured_amount,refunded_amount,net_amount,fees_amount,disputed_count,disputed_amount,proceeds_amount',
      expect.stringMatching(/^\d{4}-\d\d-\d\d,\S+Z,\S+Z,USD,succeeded,1,1,0,1,700,700,0,700,,,,$/),
      '',
    ];
    for (const [query, accept] of [
      ['?group_by=status&format=csv', 'application/json'],
      ['?group_by=status', 'text/csv'],
    ] as const) {
      const response = await get(opened, query, { accept });
      expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
      expect(response.headers.get('content-disposition')).toBe('attachment; filename="payments-by-day.csv"');
      expect((await response.text()).split('\r\n')).toEqual(lines);
    }
    for (const accept of ['text/csv, application/json', '*/*']) {
      const response = await get(opened, '', { accept });
      expect([response.headers.get('content-type'), response.headers.get('vary')]).toEqual([
        'application/json',
        expect.stringContaining('Accept'),
      ]);
    }
  });

  it.each([
    ['from=2026-03-02&to=2026-03-01', 'invalid_request'],
    ['from=2026-02-30', 'invalid_request'],
    ['from=2026-03-01T00:00:00Z', 'invalid_request'],
    ['from=1969-12-31&to=1970-01-01', 'invalid_request'],
    ['to=9999-12-31', 'invalid_request'],
    ['interval=minute', 'invalid_request'],
    ['group_by=customer', 'invalid_request'],
    ['format=xml', 'invalid_request'],
    ['timezone=', 'invalid_request'],
    ['limit=5', 'invalid_request'],
    ['interval=day&interval=hour', 'invalid_request'],
    ['timezone=Mars/Olympus', 'time_zone_unknown'],
    ['timezone=%2B02:00', 'time_zone_unknown'],
    ['from=2020-01-01&to=2026-01-01', 'too_many_intervals'],
    ['from=1970-01-01&to=9998-12-31&interval=month', 'too_many_intervals'],
    ['from=2026-01-01&to=2026-01-17&interval=hour', 'too_many_intervals'],
  ])('refuses %s with 400', async (query, code) => {
    const response = await get(await anHttpApp(), `?${query}`);
    expect([response.status, problem.parse(await response.json()).code]).toEqual([400, code]);
  });

  it('needs the permission for payments', async () => {
    const authorization = `Bearer ${await aToken({ permissions: ['exports'] })}`;
    expect((await get(await anHttpApp(), '', { authorization })).status).toBe(403);
  });
});

describe('a report that is not of UTC days', () => {
  const { payment } = anOpening();
  const order = {
    merchantId: aMerchantId(),
    interval: 'hour',
    timezone: 'UTC',
    from: dayOf(NOON),
    to: dayOf(NOON),
  } as const;
  /** What it reads where there are so many payments, and where tallies know of so many. */
  async function reading(
    there: number,
    known: number,
    from: string = order.from,
    cut: Partial<ReportPaymentsRequest> = {},
  ) {
    let left = there;
    let asked = 0;
    const list: Payments['list'] = (_, __, { limit }) => {
      const page = Math.min(left, limit);
      left -= page;
      asked += 1;
      return okAsync(Array.from({ length: page }, () => payment));
    };
    const tallies = (): readonly Tally[] => [{ ...tallyOf(payment), count: known }];
    const answer = await reportPayments({
      payments: { list } as unknown as Payments,
      summaries: { tallies: () => okAsync(tallies()) },
      ledgerTallies: { of: () => okAsync([]) },
      clock: { now: () => NOON },
      timeZones: systemTimeZones,
    })({ ...order, from, ...cut });
    return [
      answer.match(
        ({ total }) => total[0]?.count,
        ({ kind }) => kind,
      ),
      asked,
    ];
  }

  it('reads as many payments as it may, and beyond gives no part of the truth', async () => {
    expect(await reading(MOST_READ, MOST_READ)).toEqual([MOST_READ, MOST_READ / 500 + 1]);
    expect(await reading(MOST_READ + 1, 5)).toEqual(['ReportTooLarge', MOST_READ / 500 + 1]);
  });

  it('reads the payments of the hours alone by which its zone is off, whatever the rest of a day has', async () => {
    // One page for each day of UTC that is cut, of a month whose days all have more than a report reads.
    expect(
      await reading(0, MOST_READ + 1, '2026-02-01', { interval: 'day', timezone: 'Europe/Berlin' }),
    ).toEqual([MOST_READ + 1, 1]);
  });

  it('reads no payment where its whole days have too many already', async () => {
    expect(await reading(5, MOST_READ + 1)).toEqual(['ReportTooLarge', 0]);
  });
});
