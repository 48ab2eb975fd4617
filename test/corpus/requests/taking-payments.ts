import { type CorpusGroup, get, post } from '../corpus-request.ts';
import { absent, card } from './bodies.ts';

const DAY_MS = 86_400_000;

/** Orders and what becomes of them, with everything that an idempotency key can meet. */
export const takingPayments: CorpusGroup = {
  as: 'merchant',
  requests: [
    post('a payment by card', '/payments', card(), { key: 'order-1', keep: { payment: 'id' } }),
    post('the same again', '/payments', card(), { key: 'order-1' }),
    post('the same in another order of fields', '/payments', {
      payment_method: 'card',
      idempotency_key: 'order-1',
      currency: 'USD',
      capture_method: 'automatic',
      amount: 1250,
    }),
    post('another amount under the key', '/payments', card({ amount: 1251 }), { key: 'order-1' }),
    post('the key of another merchant', '/payments', card({ amount: 7 }), { key: 'order-1', as: 'other' }),
    post('the key in header and body', '/payments', card({ idempotency_key: 'order-2' }), { key: 'order-2' }),
    post('two keys that differ', '/payments', card({ idempotency_key: 'order-3' }), { key: 'order-4' }),
    post('no key', '/payments', card()),
    post('a key of 256 characters', '/payments', card(), { key: 'k'.repeat(256) }),
    post('a key of 255 characters', '/payments', card(), { key: 'k'.repeat(255) }),
    post('a key with a space', '/payments', card(), { key: 'order 5' }),
    post('a key beyond ASCII', '/payments', card(), { key: 'ordre-é' }),
    post('a bad key in the body', '/payments', card({ idempotency_key: 'order 6' })),
    post('an empty key in the body', '/payments', card({ idempotency_key: '' })),
    post(
      'a payment with all it may have',
      '/payments',
      card({
        payment_method: 'bank_account',
        description: 'Größe 42, "blue" <b>\n',
        metadata: { order: '1001', note: 'naïve ☂' },
        capture_method: 'manual',
      }),
      { key: 'order-7', headers: { 'user-agent': 'corpus/1.0 (tests)' }, keep: { full: 'id' } },
    ),
    post('a payment by token', '/payments', card({ payment_method: 'tok_visa' }), { key: 'order-8' }),
    post('a payment in yen', '/payments', card({ currency: 'JPY', amount: 990 }), { key: 'order-9' }),
    post('the largest payment', '/payments', card({ amount: Number.MAX_SAFE_INTEGER, currency: 'KWD' }), {
      key: 'order-10',
    }),
    post('the smallest payment', '/payments', card({ amount: 1 }), { key: 'order-11' }),
    post('a payment while the first is being charged', '/payments', card({ amount: 11 }), {
      key: 'order-12',
      besideItself: true,
    }),
    post('the payment once it is charged', '/payments', card({ amount: 11 }), { key: 'order-12' }),
    post('a declined card', '/payments', card({ payment_method: 'test_declined' }), { key: 'no-1' }),
    post('a declined card again', '/payments', card({ payment_method: 'test_declined' }), { key: 'no-1' }),
    post('a card without funds', '/payments', card({ payment_method: 'test_insufficient_funds' }), {
      key: 'no-2',
    }),
    post('an unknown method', '/payments', card({ payment_method: 'cheque' }), { key: 'no-3' }),
    post('an unknown method again', '/payments', card({ payment_method: 'cheque' }), { key: 'no-3' }),
    post('an unknown customer', '/payments', card({ customer_id: absent('cus') }), { key: 'no-4' }),
    post('a stored method without its customer', '/payments', card({ payment_method: absent('pm') }), {
      key: 'no-5',
    }),
    post('more than the merchant takes', '/payments', card({ amount: 1001 }), { key: 'no-6', as: 'limited' }),
    post('as much as the merchant takes', '/payments', card({ amount: 1000 }), {
      key: 'no-7',
      as: 'limited',
    }),
    post('for a suspended merchant', '/payments', card(), { key: 'no-8', as: 'suspended' }),
    post('for an unknown merchant', '/payments', card(), { key: 'no-9', as: 'unknown' }),
    post('a fee that is kept', '/payments', card({ payment_method: 'test_fee', amount: 10_000 }), {
      key: 'fee-1',
      keep: { fee: 'id' },
    }),
    get('the payment with a fee', '/payments/{{fee}}'),
    post('silence', '/payments', card({ payment_method: 'test_timeout_approved' }), {
      key: 'silent-1',
      keep: { silent: 'id' },
    }),
    post('silence again', '/payments', card({ payment_method: 'test_timeout_approved' }), {
      key: 'silent-1',
    }),
    post(
      'another amount in the silence',
      '/payments',
      card({ payment_method: 'test_timeout_approved', amount: 1 }),
      {
        key: 'silent-1',
      },
    ),
    get('the payment in the silence', '/payments/{{silent}}'),
    post('silence before a no', '/payments', card({ payment_method: 'test_timeout_declined' }), {
      key: 'silent-2',
      keep: { silentNo: 'id' },
    }),
    get('the payment after the silence', '/payments/{{silent}}', {
      before: [{ pass: 60_000 }, 'payments are recovered'],
    }),
    get('the refused payment after the silence', '/payments/{{silentNo}}'),
    post(
      'the silent payment once it is settled',
      '/payments',
      card({ payment_method: 'test_timeout_approved' }),
      {
        key: 'silent-1',
      },
    ),
    post('the silent no once it is settled', '/payments', card({ payment_method: 'test_timeout_declined' }), {
      key: 'silent-2',
    }),
    post('a processor that is away', '/payments', card({ payment_method: 'test_unavailable' }), {
      key: 'away-1',
    }),
    post('a processor that is still away', '/payments', card({ payment_method: 'test_unavailable' }), {
      key: 'away-1',
    }),
    get('the payment that waits for it', '/payments?status=pending&limit=1', {
      keep: { away: 'items.0.id' },
    }),
    get('the payment that was given up', '/payments/{{away}}', {
      before: [{ pass: 2 * DAY_MS }, 'payments are recovered'],
    }),
    post(
      'the payment that was given up, under its key',
      '/payments',
      card({ payment_method: 'test_unavailable' }),
      {
        key: 'away-1',
      },
    ),
    post('a key after its answer is forgotten', '/payments', card(), { key: 'order-1' }),
    post('a refusal after its answer is forgotten', '/payments', card({ payment_method: 'card' }), {
      key: 'no-3',
    }),
    get('the first payment', '/payments/{{payment}}'),
    get('the payment with all it may have', '/payments/{{full}}'),
  ],
};
