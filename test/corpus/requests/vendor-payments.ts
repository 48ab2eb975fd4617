import { type CorpusGroup, get, patch, post } from '../corpus-request.ts';
import { uuid } from './bodies.ts';

const towing = (unitPriceCents: number) => ({ description: 'Towing', quantity: 1, unitPriceCents });

let incidents = 1_000;
/** A payment of an incident of its own for the vendor. */
const order = (vendor: number, cents: number, rest: Readonly<Record<string, unknown>> = {}) => ({
  incidentId: uuid(++incidents),
  vendorId: uuid(vendor),
  payerType: 'back_office',
  amountCents: cents,
  lineItems: [towing(cents)],
  ...rest,
});
const twoLines = {
  amountCents: 12_050,
  lineItems: [towing(10_000), { description: 'Mileage – für 10 km', quantity: 10, unitPriceCents: 205 }],
  payerType: 'driver_ic',
  payerId: uuid(900),
  metadata: { photos: 3, nested: { a: [1, null, 'x'] } },
};

/** A payment to a vendor of that bank: created, approved, processed. */
const paidBy = (bank: number, name: string) => [
  post(`a payment for a bank that ${name}`, '/approvals/payments', order(bank, 4_000), {
    keep: { [`bank${bank}`]: 'paymentId' },
  }),
  post(`its approval, before it ${name}`, `/approvals/payments/{{bank${bank}}}/approve`, undefined, {
    as: 'dispatcher',
  }),
  post(`a payout that ${name}`, `/approvals/payments/{{bank${bank}}}/process`, undefined, { as: 'boss' }),
];

/** A vendor's payment from asking to payout, with who may do what. */
export const vendorPayments: CorpusGroup = {
  as: 'maker',
  requests: [
    get('no payments yet', '/approvals/payments'),
    post('a payment', '/approvals/payments', order(101, 0, twoLines), { keep: { small: 'paymentId' } }),
    post('the incident again', '/approvals/payments', { ...order(101, 5), incidentId: uuid(1_001) }),
    get('the payment', '/approvals/payments/{{small}}'),
    get('the payment as its vendor sees it', '/approvals/payments/{{small}}', { as: 'vendor' }),
    get('no payment for another vendor', '/approvals/payments/{{small}}', { as: 'vendorBySubject' }),
    get('no payment for a vendor without an id', '/approvals/payments/{{small}}', { as: 'vendorOfNothing' }),
    get('the payment for a system', '/approvals/payments/{{small}}', { as: 'system' }),
    post('no approval by who made it', '/approvals/payments/{{small}}/approve', {}),
    post(
      'no approval of other terms',
      '/approvals/payments/{{small}}/approve',
      { termsHash: '0'.repeat(64) },
      { as: 'dispatcher' },
    ),
    post(
      'an approval with notes',
      '/approvals/payments/{{small}}/approve',
      { notes: 'Seen the “photos”' },
      {
        as: 'dispatcher',
        keep: { terms: 'termsHash' },
      },
    ),
    post(
      'no approval of what is approved',
      '/approvals/payments/{{small}}/approve',
      {},
      { as: 'dispatcher2' },
    ),
    post('no payout by a dispatcher', '/approvals/payments/{{small}}/process', undefined, {
      as: 'dispatcher',
    }),
    post('a payout', '/approvals/payments/{{small}}/process', {}, { as: 'boss' }),
    post('no second payout', '/approvals/payments/{{small}}/process', {}, { as: 'boss' }),
    post(
      'no rejection of what is paid',
      '/approvals/payments/{{small}}/reject',
      { reason: 'late' },
      { as: 'boss' },
    ),
    patch('no change of what is paid', '/approvals/payments/{{small}}', { metadata: {} }),
    get('the log of it', '/approvals/payments/{{small}}/audit', { as: 'dispatcher' }),
    get('no log for its vendor', '/approvals/payments/{{small}}/audit', { as: 'vendor' }),
    post('a large payment', '/approvals/payments', order(101, 600_123), { keep: { large: 'paymentId' } }),
    post('a first approval', '/approvals/payments/{{large}}/approve', undefined, { as: 'dispatcher' }),
    post('not by the same twice', '/approvals/payments/{{large}}/approve', undefined, { as: 'dispatcher' }),
    post('not by a second dispatcher', '/approvals/payments/{{large}}/approve', undefined, {
      as: 'dispatcher2',
    }),
    post('no payout before the second', '/approvals/payments/{{large}}/process', undefined, { as: 'boss' }),
    patch(
      'a change, which voids approvals',
      '/approvals/payments/{{large}}',
      { lineItems: [towing(600_000)] },
      { as: 'boss', keep: { largeTerms: 'termsHash' } },
    ),
    post(
      'no approval of changed terms without their hash',
      '/approvals/payments/{{large}}/approve',
      undefined,
      {
        as: 'dispatcher',
      },
    ),
    post('no approval by who changed it', '/approvals/payments/{{large}}/approve', undefined, { as: 'boss' }),
    post(
      'a first approval anew',
      '/approvals/payments/{{large}}/approve',
      { notes: 'again', termsHash: '{{largeTerms}}' },
      { as: 'dispatcher' },
    ),
    post(
      'an admin for the second',
      '/approvals/payments/{{large}}/approve',
      { termsHash: '{{largeTerms}}' },
      { as: 'boss2' },
    ),
    get('the large payment', '/approvals/payments/{{large}}'),
    post(
      'no rejection without a role',
      '/approvals/payments/{{large}}/reject',
      { reason: 'x' },
      { as: 'vendor' },
    ),
    post(
      'a rejection of what was approved',
      '/approvals/payments/{{large}}/reject',
      { reason: 'Paid already' },
      { as: 'dispatcher' },
    ),
    post(
      'no second rejection',
      '/approvals/payments/{{large}}/reject',
      { reason: 'Paid already' },
      { as: 'dispatcher' },
    ),
    post('no payout of what was rejected', '/approvals/payments/{{large}}/process', {}, { as: 'boss' }),
    get('the log of the large payment', '/approvals/payments/{{large}}/audit', { as: 'boss' }),
    post('the incident of what was rejected', '/approvals/payments', {
      ...order(101, 700),
      incidentId: uuid(1_003),
    }),
    ...[1_100, 1_200, 1_300].flatMap((cents) => [
      post(`a payment of ${cents} for a new vendor`, '/approvals/payments', order(103, cents), {
        keep: { [`of${cents}`]: 'paymentId' },
      }),
      post(`an approval of ${cents}`, `/approvals/payments/{{of${cents}}}/approve`, undefined, {
        as: 'dispatcher',
      }),
      post(`a payout of ${cents}`, `/approvals/payments/{{of${cents}}}/process`, undefined, { as: 'boss' }),
    ]),
    post('the same amount for another incident', '/approvals/payments', order(103, 1_300)),
    post('a round amount just under a bound', '/approvals/payments', order(103, 500_000), {
      keep: { flagged: 'paymentId' },
    }),
    post(
      'no approval of the flagged by a dispatcher',
      '/approvals/payments/{{flagged}}/approve',
      {},
      { as: 'dispatcher2' },
    ),
    post(
      'no approval of the flagged for other terms',
      '/approvals/payments/{{flagged}}/approve',
      { termsHash: '{{terms}}' },
      { as: 'boss' },
    ),
    patch('metadata alone', '/approvals/payments/{{flagged}}', { metadata: { seen: true } }),
    patch(
      'a change with its amount',
      '/approvals/payments/{{flagged}}',
      { amountCents: 499_000, lineItems: [towing(499_000)] },
      { keep: { terms: 'termsHash' } },
    ),
    patch('the same lines again', '/approvals/payments/{{flagged}}', { lineItems: [towing(499_000)] }),
    get('what is flagged', '/approvals/payments/flagged'),
    post(
      'an approval of the flagged by an admin',
      '/approvals/payments/{{flagged}}/approve',
      { termsHash: '{{terms}}' },
      { as: 'boss' },
    ),
    get('nothing is flagged any more', '/approvals/payments/flagged'),
    get('what awaits a review', '/approvals/payments/unreviewed'),
    post(
      'no review by a dispatcher',
      '/approvals/payments/{{flagged}}/review',
      { outcome: 'fraud' },
      { as: 'dispatcher' },
    ),
    post(
      'no review without an outcome',
      '/approvals/payments/{{flagged}}/review',
      { notes: 'x' },
      { as: 'boss' },
    ),
    post(
      'a review that finds a fraud',
      '/approvals/payments/{{flagged}}/review',
      { outcome: 'fraud', notes: 'The vendor knows nothing of it' },
      { as: 'boss' },
    ),
    post('no payout of a fraud', '/approvals/payments/{{flagged}}/process', {}, { as: 'boss' }),
    post('a payment for a vendor with a fraud', '/approvals/payments', order(103, 1_400)),
    get('what awaits a review then', '/approvals/payments/unreviewed'),
    post(
      'a review that finds otherwise',
      '/approvals/payments/{{flagged}}/review',
      { outcome: 'legitimate' },
      { as: 'boss' },
    ),
    get('what waits', '/approvals/payments/pending'),
    get('a page of what waits', '/approvals/payments/pending?limit=1', {
      keep: { page: 'pagination.nextCursor' },
    }),
    get('the next page of it', '/approvals/payments/pending?limit=1&cursor={{page}}'),
    get('what waits after the first', '/approvals/payments/pending?offset=1'),
    get('the page of another list', '/approvals/payments/flagged?limit=1&cursor={{page}}'),
    get('nothing waits for a vendor', '/approvals/payments/pending', { as: 'vendor' }),
    get('nothing is flagged for a system', '/approvals/payments/flagged', { as: 'system' }),
    get('all payments', '/approvals/payments?limit=100'),
    get('payments that are cancelled', '/approvals/payments?status=cancelled'),
    get('payments of a vendor', `/approvals/payments?vendorId=${uuid(103)}&limit=1`, {
      keep: { more: 'pagination.nextCursor' },
    }),
    get('the next payments of a vendor', `/approvals/payments?vendorId=${uuid(103)}&limit=1&cursor={{more}}`),
    get('payments of an incident', `/approvals/payments?incidentId=${uuid(1_001)}&vendorId=${uuid(101)}`),
    get('all payments that a vendor has', '/approvals/payments', { as: 'vendor' }),
    get('no payments of others for a vendor', `/approvals/payments?vendorId=${uuid(103)}`, { as: 'vendor' }),
    get('no payments for a vendor without an id', '/approvals/payments', { as: 'vendorOfNothing' }),
    ...paidBy(1, 'refuses'),
    post('a payout that is refused again', '/approvals/payments/{{bank1}}/process', {}, { as: 'boss' }),
    ...paidBy(2, 'refuses once'),
    post('a payout at the second attempt', '/approvals/payments/{{bank2}}/process', {}, { as: 'boss' }),
    ...paidBy(3, 'pays silently'),
    ...paidBy(4, 'refuses silently'),
    ...paidBy(5, 'is away'),
    get('what was paid silently', '/approvals/payments/{{bank3}}', {
      before: [{ pass: 60_000 }, 'payouts are recovered'],
    }),
    get('what was refused silently', '/approvals/payments/{{bank4}}'),
    get('what waits for a bank', '/approvals/payments/{{bank5}}'),
    get('the log of what was paid silently', '/approvals/payments/{{bank3}}/audit', { as: 'boss' }),
    get('what vendors were paid', '/approvals/reports/payouts?from=2045-03-01&interval=day', {
      as: 'dispatcher',
    }),
    get('what a vendor was paid, as CSV', '/approvals/reports/payouts?from=2045-03-01&format=csv', {
      as: 'vendor',
    }),
    get('what incidents cost', '/approvals/reports/incidents?format=csv', { as: 'dispatcher' }),
    get(
      'how long people took in a time without payments',
      '/approvals/reports/approvers?from=2040-01-01&to=2040-01-31',
      { as: 'boss' },
    ),
    get('what became of risks', '/approvals/reports/fraud', { as: 'dispatcher' }),
    get('no report of risks for a vendor', '/approvals/reports/fraud', { as: 'vendor' }),
    get('no report of too many days', '/approvals/reports/payouts?from=2040-01-01&interval=day', {
      as: 'boss',
    }),
    post('a payment with a due date', '/approvals/payments', order(101, 2_500, { dueDate: '2045-03-31' }), {
      keep: { due: 'paymentId' },
    }),
    get('the due date as its vendor sees it', '/approvals/payments/{{due}}', { as: 'vendor' }),
    patch('a later due date', '/approvals/payments/{{due}}', { dueDate: '2045-04-30' }),
    patch('no due date any more', '/approvals/payments/{{due}}', { dueDate: null }),
    get('the log of its due dates', '/approvals/payments/{{due}}/audit', { as: 'boss' }),
    get(
      'payments that a row of the report of risks counts',
      '/approvals/payments?from=2045-02-01&fraudStatus=flagged&reviewOutcome=legitimate&status=approved',
      { as: 'dispatcher' },
    ),
    get('no payments of a risk for a vendor', '/approvals/payments?fraudStatus=flagged', { as: 'vendor' }),
    get('no payments of an unknown outcome', '/approvals/payments?reviewOutcome=maybe&offset=1'),
  ],
};
