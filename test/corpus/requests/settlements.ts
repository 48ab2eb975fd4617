import { type CorpusGroup, get, post } from '../corpus-request.ts';

const ID = `set_${'0'.repeat(32)}`;

const ABSENT = `txn_${'0'.repeat(32)}`;
const PAYMENT = { amount: 2_500, currency: 'USD', payment_method: 'card' };
const CSV = { headers: { 'content-type': 'text/csv' } };
const COLUMNS =
  'payment_id,transaction_id,status,fee,processed_date,settlement_date,amount,currency,payout_id';
const row = (transaction: string, date: string, amount: number): string =>
  `{{payment}},${transaction},settled,30,${date},${date},${amount},USD,po_1\n`;

/** Settlements as they are asked for where no file of a processor was read, and those of a file. */
export const settlements: CorpusGroup = {
  as: 'treasurer',
  requests: [
    get('no settlements', '/settlements'),
    get('settlements of a date', '/settlements?date=2026-03-02&currency=USD&status=completed&payout_id=po_1'),
    get('settlements of a range', '/settlements?start_date=2026-03-01&end_date=2026-03-31&limit=1'),
    get('settlements of a day that is none', '/settlements?date=2026-02-30'),
    get('settlements of a time', '/settlements?date=2026-03-02T12:00:00Z'),
    get('settlements of a range that ends first', '/settlements?start_date=2026-03-02&end_date=2026-03-01'),
    get('settlements of a date and a range', '/settlements?date=2026-03-02&end_date=2026-03-03'),
    get('settlements of an unknown status', '/settlements?status=open'),
    get('settlements of an unknown currency', '/settlements?currency=usd'),
    get('settlements by an unknown filter', '/settlements?merchant_id=merchant-1'),
    get('settlements without the permission', '/settlements', { as: 'cashier' }),
    get('a settlement that is not there', `/settlements/${ID}`),
    get('a settlement by what is no id', '/settlements/set_1'),
    get('the items of a settlement that is not there', `/settlements/${ID}/items`),
    get('the exceptions of a settlement that is not there', `/settlements/${ID}/exceptions`),
    get('items by a cursor that is none', `/settlements/${ID}/items?cursor=x`),
    post('a payment', '/payments', PAYMENT, { as: 'cashier', key: 'order-1', keep: { payment: 'id' } }),
    get('the payment', '/payments/{{payment}}', {
      as: 'cashier',
      keep: { transaction: 'transactions.0.id' },
    }),
    post(
      'a file of two dates',
      '/reconciliations?source=native',
      [
        `${COLUMNS}\n`,
        row('{{transaction}}', '2026-03-02', 2_500),
        row(ABSENT, '2026-03-02', 100),
        row(ABSENT, '2026-03-01', 100),
      ].join(''),
      CSV,
    ),
    get('the settlements of a file', '/settlements', {
      before: ['jobs are done'],
      keep: { settlement: 'items.0.id' },
    }),
    get('a settlement', '/settlements/{{settlement}}'),
    get('a settlement of another merchant', '/settlements/{{settlement}}', { as: 'other' }),
    get('the items of a settlement', '/settlements/{{settlement}}/items'),
    get('the exceptions of a settlement', '/settlements/{{settlement}}/exceptions'),
    get('a page of settlements', '/settlements?limit=1', { keep: { page: 'next_cursor' } }),
    get('the next page of settlements', '/settlements?limit=1&cursor={{page}}'),
    get('settlements by a cursor of other filters', '/settlements?limit=1&date=2026-03-02&cursor={{page}}'),
    get('settlements with exceptions', '/settlements?status=completed_with_exceptions&payout_id=po_1'),
  ],
};
