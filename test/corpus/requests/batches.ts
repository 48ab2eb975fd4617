import { type CorpusGroup, get, post } from '../corpus-request.ts';
import { absent, card, PAN } from './bodies.ts';

const item = (idempotency_key: string, rest: Readonly<Record<string, unknown>> = {}) =>
  card({ ...rest, idempotency_key });
const batch = (...payments: readonly unknown[]) => ({ payments });

const mixed = batch(
  item('b-1'),
  item('b-2', { payment_method: 'test_declined' }),
  item('b-3', { amount: 0 }),
  card(),
  item('b-4', { currency: 'JPY', capture_method: 'manual' }),
  item('b-5', { payment_method: 'test_timeout_approved' }),
  item('b-6', { payment_method: 'test_unavailable' }),
  item('b-7', { customer_id: absent('cus') }),
  item('b-8', { description: PAN }),
  item('b-1', { amount: 2 }),
  'not an order',
  null,
  item('b 9'),
);

/** Many payments in one request: each item has the answer it would have had alone. */
export const batches: CorpusGroup = {
  as: 'merchant',
  requests: [
    post('a batch of good and bad items', '/payments/batch', mixed),
    post('the batch again', '/payments/batch', mixed),
    post('one of its items alone', '/payments', item('b-1')),
    post('the same key twice', '/payments/batch', batch(item('twice'), item('twice'))),
    post('a key in the header', '/payments/batch', batch(item('b-10')), { key: 'ignored' }),
    post('no items', '/payments/batch', batch()),
    post('no list', '/payments/batch', { payments: {} }),
    post('something beside the items', '/payments/batch', { ...batch(item('b-11')), mode: 'all' }),
    post('1001 items', '/payments/batch', { payments: Array(1_001).fill(0) }),
    post(
      'a name twice in an item',
      '/payments/batch',
      `{"payments":[{"amount":1,"amount":2},${JSON.stringify(item('b-12'))}]}`,
    ),
    post('a name twice around the items', '/payments/batch', '{"payments":[1],"payments":[2]}'),
    post('no JSON', '/payments/batch', '{"payments":['),
    post('a parameter', '/payments/batch?atomic=true', batch(item('b-13'))),
    post('a batch of the suspended', '/payments/batch', batch(item('b-14')), { as: 'suspended' }),
    post('a batch over the limit', '/payments/batch', batch(item('b-15'), item('b-16', { amount: 900 })), {
      as: 'limited',
    }),
    post('a batch without permission', '/payments/batch', batch(item('b-17')), { as: 'powerless' }),
    get('a batch is not to be read', '/payments/batch'),
    get('what was taken', '/payments?limit=100'),
  ],
};
