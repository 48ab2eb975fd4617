import type { Caller } from '../callers.ts';
import { type CorpusGroup, get, patch, post, request } from '../corpus-request.ts';
import { long, PAN, uuid } from './bodies.ts';

const line = (rest: Readonly<Record<string, unknown>> = {}) => ({
  description: 'Towing',
  quantity: 1,
  unitPriceCents: 100,
  ...rest,
});
const order = (rest: Readonly<Record<string, unknown>> = {}) => ({
  incidentId: uuid(2_000),
  vendorId: uuid(101),
  payerType: 'back_office',
  amountCents: 100,
  lineItems: [line()],
  ...rest,
});

const badOrders = {
  'no lines': order({ lineItems: [] }),
  '101 lines': order({ lineItems: Array(101).fill(line()) }),
  'none of a thing': order({ lineItems: [line({ quantity: 0 })] }),
  'half a cent': order({ lineItems: [line({ unitPriceCents: 0.5 })] }),
  'a line without a description': order({ lineItems: [line({ description: '' })] }),
  'a description of 256 characters': order({ lineItems: [line({ description: long(256) })] }),
  'a total of its own': order({ lineItems: [line({ totalCents: 100 })] }),
  'an amount of nothing': order({ amountCents: 0 }),
  'another amount': order({ amountCents: 101 }),
  'a line that comes to too much': order({
    lineItems: [line({ quantity: 94_906_267, unitPriceCents: 94_906_267 })],
  }),
  'metadata of too much': order({ metadata: { a: long(16_384) } }),
  'metadata in a list': order({ metadata: [] }),
  'an incident that is no UUID': order({ incidentId: 'inc-1' }),
  'a payer that is no UUID': order({ payerId: 'me' }),
  'an unknown payer': order({ payerType: 'janitor' }),
  'another currency': order({ currency: 'EUR' }),
  'an impossible due date': order({ dueDate: '2045-02-29' }),
  'a due date with a time': order({ dueDate: '2045-03-01T00:00:00Z' }),
  'a status of its own': order({ status: 'approved' }),
  'a card number': order({ lineItems: [line({ description: PAN })] }),
  'a name twice': '{"amountCents":1,"amountCents":2}',
  'no JSON': '{',
};

const badChanges = {
  nothing: {},
  'no lines': { lineItems: [] },
  'another amount': { amountCents: 5 },
  'an impossible due date': { dueDate: '2045-04-31' },
  'a vendor': { vendorId: uuid(102) },
  'too much metadata': { metadata: { a: long(16_384) } },
};

const badQueries = [
  'limit=0',
  'limit=101',
  'offset=10001',
  'offset=1&cursor=x',
  'cursor=x',
  'status=paid',
  'vendorId=acme',
  'sort=asc',
  'limit=1&limit=2',
];

const strangers: readonly Caller[] = [
  'anonymous',
  'expired',
  'badVendor',
  'roleless',
  'oddRole',
  'otherRole',
  'merchant',
];

/** Every route with an id, and a body that would be good for it. */
const withId: readonly (readonly [string, string, object | undefined])[] = [
  ['GET', '', undefined],
  ['PATCH', '', { metadata: {} }],
  ['GET', '/audit', undefined],
  ['POST', '/approve', {}],
  ['POST', '/reject', { reason: 'x' }],
  ['POST', '/process', {}],
];

const entries = <Value>(values: Readonly<Record<string, Value>>) => Object.entries(values);

/** What approvals refuse: bodies, queries, ids and people. */
export const refusedVendorPayments: CorpusGroup = {
  as: 'boss',
  requests: [
    ...entries(badOrders).map(([what, body]) => post(`no payment with ${what}`, '/approvals/payments', body)),
    post('no payment of plain text', '/approvals/payments', '{}', {
      headers: { 'content-type': 'text/plain' },
    }),
    post('no payment of more than 256 KiB', '/approvals/payments', `"${long(262_144)}"`),
    post('no payment by a parameter', '/approvals/payments?dry=1', order()),
    post('a payment', '/approvals/payments', order({ currency: 'USD' }), { keep: { payment: 'paymentId' } }),
    ...entries(badChanges).map(([what, body]) =>
      patch(`no change to ${what}`, '/approvals/payments/{{payment}}', body),
    ),
    ...badQueries.map((query) => get(`no payments by ${query}`, `/approvals/payments?${query}`)),
    ...badQueries.map((query) => get(`nothing waits by ${query}`, `/approvals/payments/pending?${query}`)),
    ...withId.flatMap(([method, step, body]) => {
      const asking = body === undefined ? {} : { body };
      const what = `${method} ${step === '' ? 'payment' : step}`;
      return [
        request(method, `${what} of an unknown payment`, `/approvals/payments/${uuid(1)}${step}`, asking),
        request(method, `${what} by what is no id`, `/approvals/payments/1${step}`, asking),
        request(method, `${what} with a parameter`, `/approvals/payments/{{payment}}${step}?a=b`, asking),
        request(method, `${what} for a system`, `/approvals/payments/${uuid(1)}${step}`, {
          ...asking,
          as: 'system',
        }),
        request(method, `${what} for a vendor`, `/approvals/payments/${uuid(1)}${step}`, {
          ...asking,
          as: 'vendor',
        }),
        request(method, `${what} for no token`, `/approvals/payments/${uuid(1)}${step}`, {
          ...asking,
          as: 'anonymous',
        }),
      ];
    }),
    ...strangers.map((as) => get(`payments for ${as}`, '/approvals/payments', { as })),
    post('no payment by a vendor', '/approvals/payments', order(), { as: 'vendor' }),
    post('blank notes', '/approvals/payments/{{payment}}/approve', { notes: ' ' }),
    post('notes of 1001 characters', '/approvals/payments/{{payment}}/approve', { notes: long(1_001) }),
    post('a hash that is none', '/approvals/payments/{{payment}}/approve', { termsHash: 'abc' }),
    post('an approval in a list', '/approvals/payments/{{payment}}/approve', []),
    post('a rejection without a reason', '/approvals/payments/{{payment}}/reject', {}),
    post('a rejection without a body', '/approvals/payments/{{payment}}/reject'),
    post('a card number for a reason', '/approvals/payments/{{payment}}/reject', { reason: PAN }),
    post('a payout with an amount', '/approvals/payments/{{payment}}/process', { amountCents: 1 }),
    post('a payout before any approval', '/approvals/payments/{{payment}}/process', {}),
    get('the payment is as it was', '/approvals/payments/{{payment}}'),
  ],
};
