import { type CorpusGroup, get, post } from '../corpus-request.ts';
import { absent, card, long, PAN } from './bodies.ts';

const to = (
  destination_merchant_id: string,
  amount: number,
  rest: Readonly<Record<string, unknown>> = {},
) => ({
  destination_merchant_id,
  amount,
  currency: 'USD',
  ...rest,
});

const bad = {
  'of nothing': to('merchant-2', 0),
  'of half a cent': to('merchant-2', 0.5),
  'without a destination': { amount: 1, currency: 'USD' },
  'to what is no id': to('merchant 2', 1),
  'in an unknown currency': to('merchant-2', 1, { currency: 'XXY' }),
  'with an unknown field': to('merchant-2', 1, { source: 'merchant-2' }),
  'with a description of 501 characters': to('merchant-2', 1, { description: long(501) }),
  'with a card number': to('merchant-2', 1, { description: PAN }),
};

/** Money between merchants, their balances and their ledgers. */
export const transfers: CorpusGroup = {
  as: 'merchant',
  requests: [
    get('a balance of nothing', '/balance'),
    get('a ledger of nothing', '/ledger/entries'),
    post('a transfer without funds', '/transfers', to('merchant-2', 1), { key: 't-0' }),
    post('a transfer without funds again', '/transfers', to('merchant-2', 1), { key: 't-0' }),
    post('a payment', '/payments', card({ amount: 1_000 }), { key: 'p-1', keep: { payment: 'id' } }),
    post('a payment in yen', '/payments', card({ amount: 500, currency: 'JPY' }), { key: 'p-2' }),
    post('a payment with a fee', '/payments', card({ amount: 2_000, payment_method: 'test_fee' }), {
      key: 'p-3',
    }),
    get('a balance in two currencies', '/balance'),
    post('a transfer', '/transfers', to('merchant-2', 250, { description: 'Rent, März' }), {
      key: 't-1',
      keep: { transfer: 'id' },
    }),
    post('the transfer again', '/transfers', to('merchant-2', 250, { description: 'Rent, März' }), {
      key: 't-1',
    }),
    post('another amount under its key', '/transfers', to('merchant-2', 251), { key: 't-1' }),
    post(
      'a transfer by a key in the body',
      '/transfers',
      to('limited', 1, { currency: 'JPY', idempotency_key: 't-2' }),
    ),
    post('two keys', '/transfers', to('merchant-2', 1, { idempotency_key: 'a' }), { key: 'b' }),
    post('no key', '/transfers', to('merchant-2', 1)),
    post('a bad key', '/transfers', to('merchant-2', 1), { key: 'a b' }),
    post('more than there is', '/transfers', to('merchant-2', 100_000), { key: 't-3' }),
    post('a currency there is none of', '/transfers', to('merchant-2', 1, { currency: 'EUR' }), {
      key: 't-4',
    }),
    post('a transfer to itself', '/transfers', to('merchant-1', 1), { key: 't-5' }),
    post('a transfer to an unknown merchant', '/transfers', to('merchant-absent', 1), { key: 't-6' }),
    post('a transfer to a suspended merchant', '/transfers', to('suspended', 1), { key: 't-7' }),
    post('a transfer by a suspended merchant', '/transfers', to('merchant-1', 1), {
      key: 't-8',
      as: 'suspended',
    }),
    post('a transfer by an unknown merchant', '/transfers', to('merchant-1', 1), {
      key: 't-9',
      as: 'unknown',
    }),
    ...Object.entries(bad).map(([what, body]) =>
      post(`no transfer ${what}`, '/transfers', body, { key: 'k' }),
    ),
    post('no transfer without JSON', '/transfers', '[', { key: 'k' }),
    post('no transfer by a parameter', '/transfers?now=1', to('merchant-2', 1), { key: 'k' }),
    get('the transfer', '/transfers/{{transfer}}'),
    get('the transfer as its receiver sees it', '/transfers/{{transfer}}', { as: 'other' }),
    get('no transfer for others', '/transfers/{{transfer}}', { as: 'limited' }),
    get('an unknown transfer', `/transfers/${absent('trf')}`),
    get('no transfer by what is no id', '/transfers/1'),
    get('the transfers', '/transfers'),
    get('a page of transfers', '/transfers?limit=1', { keep: { transfers: 'next_cursor' } }),
    get('the next page of transfers', '/transfers?limit=1&cursor={{transfers}}'),
    get('no page of transfers for others', '/transfers?limit=1&cursor={{transfers}}', { as: 'other' }),
    get('the transfers of the receiver', '/transfers', { as: 'other' }),
    get('the transfers of others', '/transfers', { as: 'limited' }),
    get('no transfers of the day before', '/transfers?end_date=2045-02-28'),
    get('no transfers of no day', '/transfers?start_date=2045-02-30'),
    get('no transfers by currency', '/transfers?currency=USD'),
    post('a refund of more than is left', '/payments/{{payment}}/refunds', { amount: 900 }, { key: 'r-1' }),
    post('a transfer of all', '/transfers', to('merchant-2', 1_792), { key: 't-10' }),
    get('the balance after all of it', '/balance'),
    get('the balance of the receiver', '/balance', { as: 'other' }),
    get('no balance by a parameter', '/balance?currency=USD'),
    get('the ledger', '/ledger/entries'),
    get('the ledger in yen', '/ledger/entries?currency=JPY'),
    get('the ledger of a payment', '/ledger/entries?payment_id={{payment}}'),
    get('a page of the ledger of a payment', '/ledger/entries?payment_id={{payment}}&limit=1'),
    get('no ledger of a payment of others', '/ledger/entries?payment_id={{payment}}', { as: 'other' }),
    get('no ledger of what is no payment', '/ledger/entries?payment_id=1'),
    get('the ledger of the receiver', '/ledger/entries', { as: 'other' }),
    get('a page of the ledger', '/ledger/entries?limit=3', { keep: { page: 'next_cursor' } }),
    get('the next page of the ledger', '/ledger/entries?limit=3&cursor={{page}}'),
    get('no ledger by a bad cursor', '/ledger/entries?cursor=x'),
    get('the fees of the ledger', '/ledger/entries?type=fee'),
    get('no ledger in no currency', '/ledger/entries?currency=gold'),
    get('a statement', '/ledger/statement?currency=USD'),
    get('a statement of another account', '/ledger/statement?currency=USD&account=transfers'),
    get('a page of a statement', '/ledger/statement?currency=USD&limit=1', { keep: { page: 'next_cursor' } }),
    get('the next page of a statement', '/ledger/statement?currency=USD&limit=1&cursor={{page}}'),
    get(
      'no page of a statement in another currency',
      '/ledger/statement?currency=JPY&limit=1&cursor={{page}}',
    ),
    get('a statement before there was anything', '/ledger/statement?currency=USD&end_date=2001-01-01'),
    get('no statement without a currency', '/ledger/statement'),
    get('no statement of no account', '/ledger/statement?currency=USD&account=savings'),
    get(
      'no statement that ends before it begins',
      '/ledger/statement?currency=USD&start_date=2045-03-02&end_date=2045-03-01',
    ),
    get('the statement of the receiver', '/ledger/statement?currency=USD', { as: 'other' }),
  ],
};
