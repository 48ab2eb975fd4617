import { type CorpusGroup, get, patch, post } from '../corpus-request.ts';

const ID = `exc_${'0'.repeat(32)}`;
const ABSENT = `txn_${'0'.repeat(32)}`;
const PAYMENT = { amount: 2_500, currency: 'USD', payment_method: 'card' };
const CSV = { headers: { 'content-type': 'text/csv' } };
const COLUMNS = 'payment_id,transaction_id,status,fee,processed_date,settlement_date,amount,currency';
const row = (transaction: string, amount: number | string): string =>
  `{{payment}},${transaction},settled,30,2026-03-02,2026-03-02,${amount},USD\n`;
const IGNORE = { action: 'ignore', reason: 'a test row' };
const ACCEPT = { action: 'accept_difference', reason: 'agreed with the processor' };

/** Exceptions as they are asked for where there are none, and what people decide about those of a file. */
export const exceptions: CorpusGroup = {
  as: 'treasurer',
  requests: [
    get('no exceptions', '/exceptions'),
    get(
      'exceptions by every filter',
      '/exceptions?kind=mismatched&age=%3C1d&currency=USD&status=open&assigned_to=ann',
    ),
    get('exceptions of an unknown kind', '/exceptions?kind=lost'),
    get('exceptions of an unknown age', '/exceptions?age=2d'),
    get('exceptions by an unknown filter', '/exceptions?merchant_id=merchant-1'),
    get('exceptions without the permission', '/exceptions', { as: 'cashier' }),
    get('an exception that is not there', `/exceptions/${ID}`),
    get('an exception by what is no id', '/exceptions/exc_1'),
    post('a resolution of an exception that is not there', `/exceptions/${ID}/resolve`, IGNORE, {
      key: 'e-0',
    }),
    post('a payment', '/payments', PAYMENT, { as: 'cashier', key: 'order-1', keep: { payment: 'id' } }),
    get('the payment', '/payments/{{payment}}', {
      as: 'cashier',
      keep: { transaction: 'transactions.0.id' },
    }),
    post(
      'a file of rows that do not match',
      '/reconciliations?source=native',
      [`${COLUMNS}\n`, row('{{transaction}}', 2_400), row(ABSENT, 100), row(ABSENT, '1.5')].join(''),
      { ...CSV, keep: { file: 'id' } },
    ),
    get('the exceptions of a file', '/exceptions', {
      before: ['jobs are done'],
      keep: { rejected: 'items.0.id', missing: 'items.1.id', mismatched: 'items.2.id' },
    }),
    get('the exceptions of a file by its id', '/exceptions?reconciliation_id={{file}}&kind=mismatched'),
    get('the exceptions of a file by what is no id', '/exceptions?reconciliation_id=rec_1'),
    get('the rows of a file that did not match', '/reconciliations/{{file}}/rows?outcome=mismatched'),
    get('the counts of a file with what is expected', '/reconciliations/{{file}}'),
    get('what is expected', '/reconciliations/{{file}}/rows?outcome=expected'),
    get('what is missing there', '/reconciliations/{{file}}/rows?outcome=missing_there'),
    get('an exception', '/exceptions/{{mismatched}}'),
    get('an exception of another merchant', '/exceptions/{{mismatched}}', { as: 'other' }),
    get('a page of exceptions', '/exceptions?limit=1', { keep: { page: 'next_cursor' } }),
    get('the next page of exceptions', '/exceptions?limit=1&cursor={{page}}'),
    get('exceptions by a cursor of other filters', '/exceptions?limit=1&status=open&cursor={{page}}'),
    patch('an exception assigned', '/exceptions/{{missing}}', { assigned_to: 'ann@example.com' }),
    patch(
      'an exception assigned under an old version',
      '/exceptions/{{missing}}',
      { assigned_to: null },
      {
        headers: { 'if-match': '"1"' },
      },
    ),
    patch('an exception closed by hand', '/exceptions/{{missing}}', { status: 'resolved' }),
    post('a resolution without a key', '/exceptions/{{missing}}/resolve', IGNORE),
    post(
      'a resolution without a reason',
      '/exceptions/{{missing}}/resolve',
      { action: 'ignore' },
      { key: 'e-1' },
    ),
    post(
      'a link without a transaction',
      '/exceptions/{{missing}}/resolve',
      { ...IGNORE, action: 'link' },
      { key: 'e-2' },
    ),
    post(
      'a link to a transaction that is not there',
      '/exceptions/{{missing}}/resolve',
      { action: 'link', transaction_id: ABSENT, reason: 'r' },
      { key: 'e-3' },
    ),
    post('the difference of a row that was not read', '/exceptions/{{rejected}}/resolve', ACCEPT, {
      key: 'e-4',
    }),
    post(
      'an exception expected in the past',
      '/exceptions/{{missing}}/resolve',
      { action: 'expect_later', until: '2020-01-01T00:00:00Z', reason: 'r' },
      { key: 'e-5' },
    ),
    post('a resolution', '/exceptions/{{rejected}}/resolve', IGNORE, { key: 'e-6' }),
    post('the same resolution again', '/exceptions/{{rejected}}/resolve', IGNORE, { key: 'e-6' }),
    post('another resolution', '/exceptions/{{rejected}}/resolve', IGNORE, { key: 'e-7' }),
    post('a confirmation of nothing', '/exceptions/{{missing}}/confirm', {}, { key: 'e-8' }),
    patch(
      'a limit above which a second person confirms',
      '/merchants/merchant-1',
      { resolution_limits: { USD: 1 } },
      {
        as: 'root',
      },
    ),
    post('a resolution above the limit', '/exceptions/{{mismatched}}/resolve', ACCEPT, { key: 'e-9' }),
    post('a confirmation by who proposed it', '/exceptions/{{mismatched}}/confirm', {}, { key: 'e-10' }),
    post('a rejection', '/exceptions/{{mismatched}}/reject', { reason: 'not yet' }, { as: 'controller' }),
    post('the resolution proposed again', '/exceptions/{{mismatched}}/resolve', ACCEPT, { key: 'e-11' }),
    post(
      'a confirmation of what was not seen',
      '/exceptions/{{mismatched}}/confirm',
      {},
      {
        as: 'controller',
        key: 'e-12',
      },
    ),
    post(
      'a confirmation',
      '/exceptions/{{mismatched}}/confirm',
      {},
      {
        as: 'controller',
        key: 'e-13',
        headers: { 'if-match': '"4"' },
      },
    ),
    post('resolutions of two exceptions, one of them ended', '/exceptions/resolve', {
      items: [
        { id: '{{rejected}}', ...IGNORE, idempotency_key: 'e-14' },
        {
          id: '{{missing}}',
          action: 'expect_later',
          until: '2026-03-20T00:00:00Z',
          reason: 'r',
          idempotency_key: 'e-15',
        },
        { id: ID, ...IGNORE },
      ],
    }),
    post('no resolutions', '/exceptions/resolve', { items: [] }),
    get('what was resolved', '/exceptions?status=resolved'),
    post('a confirmation without a body', '/exceptions/{{mismatched}}/confirm', undefined, {
      as: 'controller',
      key: 'e-16',
    }),
  ],
};
