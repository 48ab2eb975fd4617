import { describe, expect, it } from 'vitest';
import { typedAmount } from '../../console/src/payments/typed-amount.ts';
import { pagesNamed, paymentsOf } from '../../console/src/shell/destinations.ts';
import { placeOf } from '../../console/src/shell/search-places.ts';

const PAGES = [
  { path: '/payments', name: 'Payments', key: 'p' },
  { path: '/webhooks', name: 'Webhooks', key: 'w' },
];
const payment = 'pay_01990000000070008000000000000001';
const customer = 'cus_01990000000070008000000000000001';

describe('what is typed among payments', () => {
  it.each([
    ['a payment’s id', ` ${payment} `, { to: `/payments/${payment}` }],
    ['a customer’s id', customer, { to: '/payments', search: { customer_id: customer } }],
    ['an email', 'ada@example.com', { to: '/payments', search: { customer_email: 'ada@example.com' } }],
    ['a pair of metadata', 'order=1001', { to: '/payments', search: { metadata: 'order=1001' } }],
    [
      'an amount with its currency',
      '19.99 USD',
      { to: '/payments', search: { currency: 'USD', min_amount: '1999', max_amount: '1999' } },
    ],
    ['a number alone as a key', '1999', { to: '/payments', search: { idempotency_key: '1999' } }],
    ['any other text as a key', 'order-1001', { to: '/payments', search: { idempotency_key: 'order-1001' } }],
  ])('finds %s', (_, typed, found) => {
    expect(paymentsOf(typed)).toMatchObject(found);
  });

  it.each([
    ['19.99 USD', 'USD', 1_999],
    ['USD 19.99', 'USD', 1_999],
    [' usd  1,234.5 ', 'USD', 123_450],
    ['1999 JPY', 'JPY', 1_999],
    ['1.999 KWD', 'KWD', 1_999],
    ['0 EUR', 'EUR', 0],
    ['90071992547409.91 USD', 'USD', Number.MAX_SAFE_INTEGER],
  ])('is an amount to the last digit: %s', (typed, currency, minor) => {
    expect(typedAmount(typed)).toEqual({ currency, minor });
  });

  it.each([
    ['19.999 USD', 'An amount is written as 19.99 USD.'],
    ['19,99 EUR', 'An amount is written as 19.99 EUR.'],
    ['19.99 JPY', 'An amount is written as 1,999 JPY.'],
    ['-5 USD', 'An amount is written as 19.99 USD.'],
    ['90071992547409.92 USD', 'The API takes no amount as large.'],
  ])('is no amount of its currency, and finds nothing: %s', (typed, fault) => {
    expect(paymentsOf(typed)).toEqual({ fault });
  });

  it.each(['1999', '19.99', 'USD', 'USD19.99', 'order 1001', '1 2 USD', 'usd eur', '. USD'])(
    'is no amount with a currency: %s',
    (typed) => {
      expect(typedAmount(typed)).toBeUndefined();
    },
  );

  it('finds nothing where nothing is typed', () => {
    expect(paymentsOf('  ')).toBeUndefined();
  });
});

describe('what is typed into the palette', () => {
  it('names pages that the session may use', () => {
    expect(pagesNamed('webh', PAGES)).toMatchObject([{ to: '/webhooks', hint: 'g w' }]);
    expect(pagesNamed('ada@example.com', PAGES)).toEqual([]);
  });

  it.each([
    ['payment', { id: payment }, `/payments/${payment}`],
    ['transaction', { id: 'txn_1', payment_id: payment }, `/payments/${payment}`],
    ['customer', { id: customer }, `/customers/${customer}`],
    ['webhook_delivery', { id: 'whd_1', payment_id: payment }, '/webhooks'],
    ['event', { id: 'evt_1', payment_id: payment }, `/payments/${payment}`],
    ['exception', { id: 'exc_1' }, '/exceptions/exc_1'],
    ['reconciliation', { id: 'rec_1' }, '/reconciliations/rec_1'],
    ['settlement', { id: 'set_1' }, '/settlements/set_1'],
    ['export', { id: 'exp_1' }, '/exports'],
    ['transfer', { id: 'trf_1' }, '/audit'],
  ])('leads from a %s that was found to where it is shown', (type, given, to) => {
    expect(placeOf({ type, ...given })).toMatchObject({ to });
  });
});
