import { type CorpusGroup, get, post } from '../corpus-request.ts';

const ABSENT = `pay_${'0'.repeat(32)}`;
const ASKED = { amount: 2_500, currency: 'USD', payment_method: 'test_requires_action' };
const CONFIRM = '/payments/{{payment}}/confirm';

/** Payments whose processor waits for the customer, confirmed before the customer acts, voided, and left alone. */
export const customersWhoAct: CorpusGroup = {
  as: 'merchant',
  requests: [
    post('a payment whose customer must act', '/payments', ASKED, {
      key: 'order-1',
      keep: { payment: 'id' },
    }),
    post('the same request', '/payments', ASKED, { key: 'order-1' }),
    get('those that wait', '/payments?status=requires_action'),
    get('the one that waits', '/payments/{{payment}}'),
    post('a confirmation before the customer has acted', CONFIRM),
    post('a confirmation of another merchant’s', CONFIRM, undefined, { as: 'other' }),
    post('a confirmation of what is not there', `/payments/${ABSENT}/confirm`),
    post('a confirmation of what is no id', '/payments/pay_1/confirm'),
    post('no capture of it', '/payments/{{payment}}/capture', {}, { key: 'c-1' }),
    post('no refund of it', '/payments/{{payment}}/refunds', {}, { key: 'r-1' }),
    get('its key', '/idempotency_keys/order-1'),
    post('a void of it', '/payments/{{payment}}/void', undefined, { key: 'v-1' }),
    post('the same void', '/payments/{{payment}}/void', undefined, { key: 'v-1' }),
    post('another void of it', '/payments/{{payment}}/void', undefined, { key: 'v-2' }),
    post('a confirmation of what has ended', CONFIRM),
    post('its own request when it has ended', '/payments', ASKED, { key: 'order-1' }),
    get('its trail', '/audit?entity_id={{payment}}'),
    post('one that is left alone', '/payments', ASKED, { key: 'order-2', keep: { payment: 'id' } }),
    post('a confirmation after its time', CONFIRM, undefined, { before: [{ pass: 900_000 }] }),
    get('the summary', '/payments/summary'),
  ],
};
