import { describe, expect, it } from 'vitest';
import { destinationsOf } from '../../console/src/shell/destinations.ts';

const PAGES = [
  { path: '/payments', name: 'Payments', key: 'p' },
  { path: '/webhooks', name: 'Webhooks', key: 'w' },
];
const payment = 'pay_01990000000070008000000000000001';
const customer = 'cus_01990000000070008000000000000001';

describe('what is typed into the search', () => {
  it.each([
    ['a payment’s id', ` ${payment} `, { to: `/payments/${payment}` }],
    ['a customer’s id', customer, { to: '/payments', search: { customer_id: customer } }],
    ['an email', 'ada@example.com', { to: '/payments', search: { customer_email: 'ada@example.com' } }],
    ['any other text as a key', 'order-1001', { to: '/payments', search: { idempotency_key: 'order-1001' } }],
    ['a page', 'webh', { to: '/webhooks' }],
  ])('finds %s', (_, typed, found) => {
    expect(destinationsOf(typed, PAGES)[0]).toMatchObject(found);
  });

  it('may be a pair of metadata or a key, where it has a sign of equality', () => {
    expect(destinationsOf('order=1001', PAGES).map(({ search }) => search)).toEqual([
      { metadata: 'order=1001' },
      { idempotency_key: 'order=1001' },
    ]);
  });

  it('leads to no page that the session may not use', () => {
    expect(destinationsOf('ada@example.com', PAGES.slice(1))).toEqual([]);
  });
});
