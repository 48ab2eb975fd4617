import fc from 'fast-check';
import { okAsync } from 'neverthrow';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { systemSignedTokens } from '../../src/adapters/system/signed-tokens.ts';
import { listVendorPayments } from '../../src/application/approvals/list-vendor-payments.ts';
import { type FraudVerdict, MANUAL_REVIEW } from '../../src/domain/approvals/fraud.ts';
import type { Processing, VendorPayment } from '../../src/domain/approvals/vendor-payment.ts';
import type { VendorPayments } from '../../src/ports/approvals/vendor-payments.ts';
import {
  ADMIN,
  aCreation,
  anUncheckedApproval,
  aPayoutBegun,
  aPayoutEnded,
  aRejection,
  aReview,
  aVendorId,
} from '../fixtures/approvals.ts';
import { NOON } from '../fixtures/changes.ts';
import { type Colleague, told } from '../support/approvals-app.ts';
import { everyApprovalsStorage } from '../support/approvals-storages.ts';
import { SECRET } from '../support/http-app.ts';
import { reportDesk } from './report-desk.ts';

const { kinds, close } = await everyApprovalsStorage(inject('postgresUrl'));
afterAll(close);

type Row = Readonly<{
  fraudStatus: string;
  reviewOutcome: string | null;
  status: string;
  count: number;
  amountCents: number;
  unscored: number;
}>;
type Listed = Readonly<{ paymentId: string; amountCents: number }>;
type Page = Readonly<{
  payments: readonly Listed[];
  pagination: Readonly<{ count: number; nextCursor: string | null }>;
}>;

const MIDNIGHT = Date.parse('2026-03-01T00:00:00Z');
const DAYS = { from: '2026-02-28', to: '2026-03-01' };
/** Beside the two days too: an hour before, in and after them. */
const TIMES = [-25, -24, -1, 0, 23, 24].map((hours) => MIDNIGHT + hours * 3_600_000);
const VERDICTS: readonly FraudVerdict[] = [
  { status: 'low_risk', score: 10, reasons: [] },
  { status: 'medium_risk', score: 310, reasons: [] },
  { status: 'high_risk', score: 510, reasons: [] },
  { status: 'flagged', score: 900, reasons: [] },
  MANUAL_REVIEW,
];
const ENDS = ['pending_approval', 'approved', 'processing', 'completed', 'failed', 'cancelled'] as const;

const books = fc.array(
  fc.record({
    time: fc.constantFrom(...TIMES),
    fraud: fc.constantFrom(...VERDICTS),
    end: fc.constantFrom(...ENDS),
    review: fc.constantFrom('legitimate', 'fraud', undefined),
    isMine: fc.boolean(),
  }),
  { minLength: 10, maxLength: 40, size: 'max' },
);

describe.each(kinds)('a row of the fraud report, on $name', ({ open }) => {
  const { colleague, commit } = reportDesk(open);

  async function comeTo(end: (typeof ENDS)[number], payment: VendorPayment): Promise<VendorPayment> {
    if (end === 'pending_approval') return payment;
    if (end === 'cancelled') return commit(aRejection(payment));
    const approved = await commit(anUncheckedApproval(payment, ADMIN));
    if (end === 'approved') return approved;
    const begun: Processing = await commit(aPayoutBegun(approved));
    return end === 'processing' ? begun : commit(aPayoutEnded(begun, end === 'completed'));
  }

  const search = (terms: Readonly<Record<string, string>>) => new URLSearchParams(terms).toString();

  /** Everything that a list has, in pages of three. */
  async function listed(by: Colleague, terms: Readonly<Record<string, string>>): Promise<readonly Listed[]> {
    const all: Listed[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query = search({ ...terms, limit: '3', ...(cursor === '' ? {} : { cursor }) });
      const page: Page = await told<Page>(by.get(`/payments?${query}`), 200);
      all.push(...page.payments);
      cursor = page.pagination.nextCursor;
    }
    return all;
  }

  const termsOf = ({ fraudStatus, reviewOutcome, status }: Row) => ({
    ...DAYS,
    fraudStatus,
    reviewOutcome: reviewOutcome ?? 'none',
    status,
  });

  it('counts exactly the payments that its risk, outcome, status and days list, for each who may ask', async () => {
    const mine = aVendorId();
    const readers = [
      await colleague('dispatcher-9', 'dispatcher'),
      await colleague('payee', 'admin', { vendor_id: mine }),
    ];
    const [book = []] = fc.sample(books, {
      numRuns: 1,
      seed: Number(process.env['PAYWRIGHT_TEST_SEED'] ?? 7),
    });
    for (const { time, fraud, end, review, isMine } of book) {
      const vendorId = isMine ? mine : aVendorId();
      const made = await commit(aCreation({ createdAt: time, fraud, vendorId }));
      const ended = await comeTo(end, made);
      if (review !== undefined) await commit(aReview(ended, review));
    }
    for (const by of readers) {
      const { rows } = await told<{ rows: readonly Row[] }>(by.get(`/reports/fraud?${search(DAYS)}`), 200);
      expect(rows.length).toBeGreaterThan(5);
      for (const row of rows) {
        const payments = await listed(by, termsOf(row));
        const unscored = await listed(by, { ...termsOf(row), unscored: 'true' });
        const amountCents = payments.reduce((sum, payment) => sum + payment.amountCents, 0);
        const counted = new Set(payments.map(({ paymentId }) => paymentId)).size;
        expect({ ...row, count: counted, amountCents, unscored: unscored.length }).toEqual(row);
      }
      const all = await listed(by, { ...DAYS, reviewOutcome: 'none' });
      const unreviewed = rows.filter(({ reviewOutcome }) => reviewOutcome === null);
      expect(all).toHaveLength(unreviewed.reduce((sum, { count }) => sum + count, 0));
    }
  });

  it('leads to a list of one vendor or incident too, whose cursor is for that list alone', async () => {
    const vendorId = aVendorId();
    const all: VendorPayment[] = [];
    for (const time of TIMES) all.push(await commit(aCreation({ createdAt: time, vendorId })));
    await commit(aCreation({ createdAt: MIDNIGHT }));
    const dispatcher = await colleague('dispatcher-9', 'dispatcher');
    const terms = { ...DAYS, fraudStatus: 'low_risk', status: 'pending_approval', vendorId };
    const wanted = [4, 3, 2, 1].map((nth) => all[nth]?.id);
    expect((await listed(dispatcher, terms)).map(({ paymentId }) => paymentId)).toEqual(wanted);
    const { pagination } = await told<Page>(dispatcher.get(`/payments?${search(terms)}&limit=1`), 200);
    const cursor = pagination.nextCursor ?? '';
    for (const other of [
      { fraudStatus: 'flagged' },
      { reviewOutcome: 'none' },
      { unscored: 'true' },
      { to: '2026-03-02' },
    ])
      await told(dispatcher.get(`/payments?${search({ ...terms, ...other, cursor })}`), 400);
    await told(dispatcher.get(`/payments?${search({ ...terms, cursor })}`), 200);
    const incidentId = all[2]?.incidentId ?? '';
    expect(await listed(dispatcher, { incidentId, fraudStatus: 'low_risk' })).toHaveLength(1);
    expect(await listed(dispatcher, { incidentId, fraudStatus: 'flagged' })).toEqual([]);
  });

  it('is for those alone who may read the report, while a time is for all that have a list', async () => {
    const vendorId = aVendorId();
    await Promise.all(TIMES.map((createdAt) => commit(aCreation({ createdAt, vendorId }))));
    const [vendor, system] = [
      await colleague('ann', 'vendor', { vendor_id: vendorId }),
      await colleague('machine', 'system'),
    ];
    for (const by of [vendor, system]) {
      for (const term of ['fraudStatus=low_risk', 'reviewOutcome=none', 'unscored=true'])
        await told(by.get(`/payments?${term}`), 403);
      expect(await listed(by, DAYS)).toHaveLength(4);
      expect(await listed(by, { from: DAYS.to })).toHaveLength(3);
      expect(await listed(by, { to: DAYS.from })).toHaveLength(3);
    }
  });

  it.each([
    'fraudStatus=risky',
    'reviewOutcome=maybe',
    'unscored=false',
    'from=2026-02-30',
    'from=2026-03-02&to=2026-03-01',
    'fraudStatus=flagged&offset=1',
  ])('does not come from %s', async (query) => {
    const dispatcher = await colleague('dispatcher-9', 'dispatcher');
    expect(await told(dispatcher.get(`/payments?${query}`), 400)).toMatchObject({ code: 'invalid_request' });
  });
});

describe('a page of payments of a risk', () => {
  it('reads a thousand payments at the most, and goes on from there', async () => {
    const { payment } = aCreation();
    const asked: number[] = [];
    const list: VendorPayments['list'] = (_, { limit }) => {
      asked.push(limit);
      return okAsync(Array.from({ length: limit }, () => payment));
    };
    const ports = {
      vendorPayments: { list } as unknown as VendorPayments,
      signedTokens: systemSignedTokens(SECRET),
      clock: { now: () => NOON },
    };
    const request = { by: ADMIN, filter: {}, risk: { fraudStatus: 'flagged' }, limit: 20 } as const;
    const page = (await listVendorPayments(ports)(request))._unsafeUnwrap();
    expect(page).toEqual({ items: [], nextCursor: expect.any(String) });
    expect(asked).toEqual([21, ...Array.from({ length: 9 }, () => 100)]);
  });
});
