import { type CorpusGroup, get, post } from '../corpus-request.ts';

const ABSENT = `pay_${'0'.repeat(32)}`;
const ASKED = { amount: 2_500, currency: 'USD', payment_method: 'test_amount_differs' };
const SAID = { outcome: 'succeeded', reason: 'The processor wrote so.' };
const RESOLVE = '/payments/{{payment}}/resolve';
const CONFIRM = `${RESOLVE}/confirm`;
const seen = (version: number) => ({ headers: { 'if-match': `"${version}"` } });

/** What one person says became of a payment in attention, and another confirms. */
export const resolutions: CorpusGroup = {
  as: 'resolver',
  requests: [
    post('a payment that needs people', '/payments', ASKED, { key: 'order-1', keep: { payment: 'id' } }),
    get('those that need people', '/payments?attention=true'),
    post('an outcome without the permission', RESOLVE, SAID, { as: 'cashier', key: 'r-0' }),
    post('an outcome of another merchant’s', RESOLVE, SAID, { as: 'other', key: 'r-0' }),
    post('an outcome of what is not there', `/payments/${ABSENT}/resolve`, SAID, { key: 'r-0' }),
    post('an outcome of what is no id', '/payments/pay_1/resolve', SAID, { key: 'r-0' }),
    post('an outcome without a key', RESOLVE, SAID),
    post('an outcome without a reason', RESOLVE, { outcome: 'failed' }, { key: 'r-0' }),
    post('an unknown outcome', RESOLVE, { ...SAID, outcome: 'lost' }, { key: 'r-0' }),
    post('an outcome of no money', RESOLVE, { ...SAID, amount: 0 }, { key: 'r-0' }),
    post('an outcome of more than was asked', RESOLVE, { ...SAID, amount: 2_501 }, { key: 'r-0' }),
    post('a failure with an amount', RESOLVE, { ...SAID, outcome: 'failed', amount: 1 }, { key: 'r-0' }),
    post('an outcome of another version', RESOLVE, SAID, { key: 'r-0', ...seen(9) }),
    post('a confirmation of nothing', CONFIRM, {}, { as: 'confirmer', key: 'c-0', ...seen(2) }),
    post('an outcome', RESOLVE, { ...SAID, amount: 2_499, evidence: 'Ticket 4711' }, { key: 'r-1' }),
    post('the same outcome', RESOLVE, { ...SAID, amount: 2_499, evidence: 'Ticket 4711' }, { key: 'r-1' }),
    post('another outcome under its key', RESOLVE, SAID, { key: 'r-1' }),
    post('another outcome', RESOLVE, SAID, { key: 'r-2' }),
    post('a confirmation by who proposed', CONFIRM, {}, { key: 'c-1', ...seen(3) }),
    get('the payment with what is proposed', '/payments/{{payment}}'),
    post('a confirmation of what was not seen', CONFIRM, {}, { as: 'confirmer', key: 'c-2' }),
    post('a confirmation of an old version', CONFIRM, {}, { as: 'confirmer', key: 'c-2', ...seen(3) }),
    post('an outcome in its place', RESOLVE, { ...SAID, replaces: true }, { key: 'r-3' }),
    post('a confirmation', CONFIRM, {}, { as: 'confirmer', key: 'c-3', ...seen(5) }),
    post('the same confirmation', CONFIRM, {}, { as: 'confirmer', key: 'c-3', ...seen(5) }),
    post('an outcome of what has ended', RESOLVE, SAID, { key: 'r-4' }),
    get('the payment as it ended', '/payments/{{payment}}'),
    post('the payment’s own key', '/payments', ASKED, { key: 'order-1' }),
    get('its trail', '/audit?entity_id={{payment}}', { as: 'confirmer' }),
    get('none that needs people', '/payments?attention=true'),
    ...[
      'not_in_attention',
      'outcome_not_possible',
      'resolved_amount_not_possible',
      'resolved_as_failed',
      'processor_being_asked',
    ].map((code) => get(`the page about ${code}`, `/docs/problems/${code}`)),
  ],
};
