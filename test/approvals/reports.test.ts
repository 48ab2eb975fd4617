import { okAsync } from 'neverthrow';
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { MOST_REPORTED, reportFraud } from '../../src/application/approvals/report-vendor-payments.ts';
import { MANUAL_REVIEW } from '../../src/domain/approvals/fraud.ts';
import type { Approved, Processing, VendorPayment } from '../../src/domain/approvals/vendor-payment.ts';
import type { VendorPayments } from '../../src/ports/approvals/vendor-payments.ts';
import {
  ADMIN,
  aCreation,
  anIncidentId,
  anUncheckedApproval,
  aPayoutBegun,
  aPayoutEnded,
  aPerson,
  aRejection,
  aVendorId,
} from '../fixtures/approvals.ts';
import { NOON } from '../fixtures/changes.ts';
import { type Colleague, told } from '../support/approvals-app.ts';
import { everyApprovalsStorage } from '../support/approvals-storages.ts';
import { reportDesk } from './report-desk.ts';

const { kinds, close } = await everyApprovalsStorage(inject('postgresUrl'));
afterAll(close);

type Rows = Readonly<{ rows: readonly Record<string, string | number | null>[] }>;

const MIDNIGHT = Date.parse('2026-03-01T00:00:00Z');
const DAYS = 'from=2026-02-28&to=2026-03-01';
const [v1, v2] = [
  aVendorId('11111111-0000-4000-8000-000000000000'),
  aVendorId('22222222-0000-4000-8000-000000000000'),
];

describe.each(kinds)('reports of payments to vendors, on $name', ({ open }) => {
  const { colleague, commit } = reportDesk(open);
  let dispatcher: Colleague;
  beforeEach(async () => {
    dispatcher = await colleague('dispatcher-9', 'dispatcher');
  });

  const [i1, i2, i3] = [anIncidentId(), anIncidentId(), anIncidentId()].toSorted();
  /** One payment that was paid, one that waits, one that failed and one that was rejected, around a midnight. */
  async function aBook(): Promise<VendorPayment> {
    const towing = { metadata: { serviceType: 'Towing' } };
    const paid = await commit(
      aCreation({ ...towing, vendorId: v1, incidentId: i1!, createdAt: MIDNIGHT - 1 }),
    );
    const approved = await commit(anUncheckedApproval(paid, undefined, { at: MIDNIGHT - 1 + 60_000 }));
    const begun: Processing = await commit(aPayoutBegun(approved as Approved));
    await commit(aPayoutEnded(begun));
    const waiting = await commit(
      aCreation({ ...towing, vendorId: v1, incidentId: i2!, createdAt: MIDNIGHT }),
    );
    const at = MIDNIGHT + 3_600_000;
    const failed = await commit(aCreation({ vendorId: v2, incidentId: i1!, createdAt: at }));
    const next = await commit(anUncheckedApproval(failed, ADMIN, { at: at + 120_000 }));
    await commit(aPayoutEnded(await commit(aPayoutBegun(next as Approved)), false));
    const flagged = aCreation({ vendorId: v2, incidentId: i3!, createdAt: at + 1, fraud: MANUAL_REVIEW });
    await commit(aRejection(await commit(flagged), at + 1 + 30_000));
    return waiting;
  }

  const report = (by: Colleague, name: string, query = DAYS) =>
    told<Rows>(by.get(`/reports/${name}?${query}`), 200);
  const cents = { currency: 'USD', paidCents: 0, openCents: 0, failedCents: 0, cancelledCents: 0 };

  it('give what each vendor was paid in each interval, and to a vendor its own alone', async () => {
    await aBook();
    const rows = [
      { date: '2026-02-28', vendorId: v1, count: 1, ...cents, paidCents: 12_050 },
      { date: '2026-03-01', vendorId: v1, count: 1, ...cents, openCents: 12_050 },
      { date: '2026-03-01', vendorId: v2, count: 2, ...cents, failedCents: 12_050, cancelledCents: 12_050 },
    ];
    const bare = async (by: Colleague, query: string) =>
      (await report(by, 'payouts', query)).rows.map(({ begin: _begin, end: _end, ...row }) => row);
    expect(await bare(dispatcher, `${DAYS}&interval=day`)).toEqual(rows);
    expect(await bare(dispatcher, `${DAYS}&interval=day&vendorId=${v2.toUpperCase()}`)).toEqual(
      rows.slice(2),
    );
    expect(await bare(dispatcher, 'interval=week')).toEqual([
      { ...rows[0], date: '2026-02-23', count: 2, openCents: 12_050 },
      { ...rows[2], date: '2026-02-23' },
    ]);
    expect(await bare(dispatcher, 'from=2026-03-02&to=2026-03-03')).toEqual([]);
    const vendor = await colleague('ann', 'vendor', { vendor_id: v1 });
    expect(await bare(vendor, `${DAYS}&interval=day`)).toEqual(rows.slice(0, 2));
    expect(await bare(vendor, `${DAYS}&interval=day&vendorId=${v2}`)).toEqual([]);
    expect(await bare(await colleague('bob', 'vendor'), DAYS)).toEqual([]);
  });

  it('give what an incident costs and what it was for, without what was cancelled', async () => {
    await aBook();
    const { from, to, rows, services } = await told<
      Rows & Readonly<{ from: string; to: string; services: object }>
    >(dispatcher.get(`/reports/incidents?${DAYS}`), 200);
    expect([from, to]).toEqual(['2026-02-28', '2026-03-01']);
    const row = { currency: 'USD', payments: 1, costCents: 12_050, paidCents: 0 };
    expect(rows).toEqual([
      { ...row, incidentId: i1, serviceType: null },
      { ...row, incidentId: i1, serviceType: 'Towing', paidCents: 12_050 },
      { ...row, incidentId: i2, serviceType: 'Towing' },
    ]);
    const each = { currency: 'USD', averageCents: 12_050 };
    expect(services).toEqual([
      { ...each, serviceType: null, incidents: 1, costCents: 12_050, paidCents: 0 },
      { ...each, serviceType: 'Towing', incidents: 2, costCents: 24_100, paidCents: 12_050 },
    ]);
  });

  it('give how long each person took to decide, without payments to the person that asks', async () => {
    await aBook();
    const ann = { approvals: 1, rejections: 1, p50Seconds: 30, p95Seconds: 120, longestSeconds: 120 };
    const other = { approvals: 1, rejections: 0, p50Seconds: 60, p95Seconds: 60, longestSeconds: 60 };
    expect(await report(dispatcher, 'approvers')).toMatchObject({
      rows: [
        { approver: 'admin-1', ...ann },
        { approver: 'dispatcher-1', ...other },
      ],
      all: { approvals: 2, rejections: 1, p50Seconds: 60, p95Seconds: 120, longestSeconds: 120 },
    });
    const party = await colleague('carl', 'dispatcher', { vendor_id: v2 });
    expect((await report(party, 'approvers')).rows).toEqual([{ approver: 'dispatcher-1', ...other }]);
    expect(await report(dispatcher, 'approvers', 'to=2026-02-01')).toMatchObject({ rows: [], all: null });
  });

  it('give one row for a person, whatever the spelling and the account that decided', async () => {
    const [ann, other, third] = [
      aPerson({ subject: 'Ann' }, 'admin'),
      aPerson({ subject: 'ann ', email: 'ann@x.com' }, 'admin'),
      aPerson({ subject: 'okta|ANN+work@x.com' }, 'admin'),
    ];
    for (const by of [other, third, ann, aPerson({ subject: 'anna' }, 'admin')])
      await commit(anUncheckedApproval(await commit(aCreation({ createdAt: MIDNIGHT })), by));
    const { rows } = await report(dispatcher, 'approvers');
    expect(rows.map(({ approver, approvals }) => [approver, approvals])).toEqual([
      ['Ann', 3],
      ['anna', 1],
    ]);
  });

  it('give what became of payments by their risk and review, without payments to the person that asks', async () => {
    const waiting = await aBook();
    const scored = {
      fraudStatus: 'low_risk',
      reviewOutcome: null,
      currency: 'USD',
      count: 1,
      amountCents: 12_050,
      unscored: 0,
      averageScore: 0,
    };
    const rejected = {
      ...scored,
      fraudStatus: 'flagged',
      status: 'cancelled',
      unscored: 1,
      averageScore: null,
    };
    expect((await report(dispatcher, 'fraud')).rows).toEqual([
      rejected,
      { ...scored, status: 'completed' },
      { ...scored, status: 'failed' },
      { ...scored, status: 'pending_approval' },
    ]);
    const admin = await colleague('admin-9', 'admin');
    await told(admin.post(`/payments/${waiting.id}/review`, { outcome: 'fraud' }), 200);
    expect((await report(dispatcher, 'fraud')).rows.at(-1)).toEqual({
      ...scored,
      status: 'pending_approval',
      reviewOutcome: 'fraud',
    });
    const party = await colleague('carl', 'dispatcher', { vendor_id: v2 });
    expect((await report(party, 'fraud')).rows).toHaveLength(2);
  });

  it('are CSV with the same rows', async () => {
    await aBook();
    const counts = { payouts: 3, incidents: 3, approvers: 2, fraud: 4 };
    for (const [name, count] of Object.entries(counts)) {
      const query = name === 'payouts' ? `${DAYS}&interval=day` : DAYS;
      const { rows } = await report(dispatcher, name, query);
      const response = await dispatcher.get(`/reports/${name}?${query}&format=csv`);
      expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${name}.csv"`);
      const [columns = '', ...lines] = (await response.text()).trimEnd().split('\r\n');
      expect([name, columns.split(',')]).toEqual([name, Object.keys(rows[0] ?? {})]);
      expect(lines).toEqual(
        rows.map((row) =>
          Object.values(row)
            .map((each) => each ?? '')
            .join(','),
        ),
      );
      expect(lines).toHaveLength(count);
    }
  });

  it('meet every payment of the days, over many pages, and none of the days beside', async () => {
    const times = Array.from({ length: 230 }, (_, nth) => MIDNIGHT - 100 + nth);
    await Promise.all(times.map((createdAt) => commit(aCreation({ createdAt, vendorId: v1 }))));
    const ofDay = async (day: string) =>
      (await report(dispatcher, 'payouts', `from=${day}&to=${day}`)).rows[0]?.['count'];
    expect([await ofDay('2026-02-28'), await ofDay('2026-03-01')]).toEqual([100, 130]);
  });

  it.each([
    ['payouts?from=2026-03-02&to=2026-03-01', 'invalid_request'],
    ['payouts?interval=minute', 'invalid_request'],
    ['payouts?vendorId=x', 'invalid_request'],
    ['payouts?from=2020-01-01&interval=day', 'too_many_intervals'],
    ['incidents?interval=day', 'invalid_request'],
    ['approvers?from=2026-02-30', 'invalid_request'],
    ['fraud?format=xml', 'invalid_request'],
    ['fraud?from=1970-01-01&to=9998-12-31', 'too_many_intervals'],
  ])('refuse %s with 400', async (path, code) => {
    expect(await told(dispatcher.get(`/reports/${path}`), 400)).toMatchObject({ code });
  });
});

describe('a report of payments to vendors', () => {
  it('reads as many payments as it may, and beyond gives no part of the truth', async () => {
    const { payment } = aCreation();
    const reading = async (there: number) => {
      let left = there;
      const list: VendorPayments['list'] = (_, { limit }) => {
        const page = Math.min(left, limit);
        left -= page;
        return okAsync(Array.from({ length: page }, () => payment));
      };
      const ports = { vendorPayments: { list } as unknown as VendorPayments, clock: { now: () => NOON } };
      const answer = await reportFraud(ports)({ by: ADMIN });
      return answer.match(
        ({ rows }) => rows[0]?.count,
        ({ kind }) => kind,
      );
    };
    expect([await reading(MOST_REPORTED), await reading(MOST_REPORTED + 1)]).toEqual([
      MOST_REPORTED,
      'ReportTooLarge',
    ]);
  });
});
