import { type CorpusGroup, del, get, patch, post } from '../corpus-request.ts';
import { card, long, PAN } from './bodies.ts';

const zurich = (rest: Readonly<Record<string, unknown>> = {}) => ({
  id: 'cafe-zurich',
  name: 'Café Zürich',
  email: 'owner@example.com',
  ...rest,
});

const badMerchants = {
  'no id': zurich({ id: undefined }),
  'a bad id': zurich({ id: 'café' }),
  'a blank name': zurich({ name: ' ' }),
  'a bad email': zurich({ email: 'owner' }),
  'an unknown status': zurich({ status: 'closed' }),
  'a feature twice': zurich({ features: ['a', 'a'] }),
  'a feature in upper case': zurich({ features: ['Exports'] }),
  'a limit below nothing': zurich({ rate_limits: { payments_per_day: -1 } }),
  'an unknown limit': zurich({ rate_limits: { refunds: 1 } }),
  'a setting that is no text': zurich({ processor_config: { account: 1 } }),
  'a setting of 4097 characters': zurich({ processor_config: { account: long(4_097) } }),
  'a card number for a name': zurich({ name: PAN }),
};

const TABS = {
  delimiter: '\t',
  columns: { payment_id: 'reference', amount: 'amount', settlement_date: 'date' },
  fixed: { type: 'payment', currency: 'USD' },
  amounts: { unit: 'minor' },
  dates: 'YYYYMMDD',
};

const badChanges = {
  nothing: {},
  'an id': { id: 'other' },
  'a name of null': { name: null },
  'a version': { name: 'x', version: 1 },
};

const entries = <Value>(values: Readonly<Record<string, Value>>) => Object.entries(values);

/** Merchants as admins see them, as they see themselves, and what their limits do. */
export const merchants: CorpusGroup = {
  as: 'root',
  requests: [
    get('all merchants', '/merchants'),
    get('a first page', '/merchants?limit=2', { keep: { page: 'next_cursor' } }),
    get('the second page', '/merchants?limit=2&cursor={{page}}'),
    get('no page by a bad cursor', '/merchants?cursor=x'),
    get('no merchants by status', '/merchants?status=active'),
    post('a merchant', '/merchants', zurich()),
    post('the merchant again', '/merchants', zurich()),
    post('a merchant with all that one has', '/merchants', {
      id: 'metered',
      name: 'Metered',
      email: 'metered@example.com',
      status: 'active',
      features: ['exports', 'beta.2'],
      rate_limits: { payments_per_minute: 2, payments_per_day: 3, max_payment_amount: 5_000 },
      processor_config: { account: 'acct_1001', region: 'eu' },
    }),
    ...entries(badMerchants).map(([what, body]) => post(`no merchant with ${what}`, '/merchants', body)),
    post('no merchant without JSON', '/merchants', 'name=x'),
    get('the merchant', '/merchants/cafe-zurich'),
    get('an unknown merchant', '/merchants/cafe-bern'),
    get('no merchant by what is no id', '/merchants/caf%C3%A9'),
    patch('another name', '/merchants/cafe-zurich', { name: 'Café Bern' }),
    patch('what is there already', '/merchants/cafe-zurich', { name: 'Café Bern' }),
    patch('a limit beside the others', '/merchants/metered', { rate_limits: { max_payment_amount: 4_000 } }),
    patch('settings taken away', '/merchants/metered', { processor_config: null }),
    ...entries(badChanges).map(([what, body]) =>
      patch(`no change to ${what}`, '/merchants/cafe-zurich', body),
    ),
    patch('no change of what is unknown', '/merchants/cafe-bern', { name: 'x' }),
    patch('no change by what is no id', '/merchants/a%20b', { name: 'x' }),
    del('no merchant is removed', '/merchants/cafe-zurich'),
    get('itself', '/merchant', { as: 'metered' }),
    get('itself while suspended', '/merchant', { as: 'suspended' }),
    get('itself, an unknown merchant', '/merchant', { as: 'unknown' }),
    get('itself by no parameter', '/merchant?fields=id', { as: 'merchant' }),
    post('a first payment in the minute', '/payments', card(), { as: 'metered', key: 'p-1' }),
    post('a second payment in the minute', '/payments', card(), { as: 'metered', key: 'p-2' }),
    post('a third payment in the minute', '/payments', card(), { as: 'metered', key: 'p-3' }),
    post('the first one again', '/payments', card(), { as: 'metered', key: 'p-1' }),
    post(
      'two in one batch',
      '/payments/batch',
      { payments: [card({ idempotency_key: 'p-4' })] },
      { as: 'metered' },
    ),
    post('a payment in the next minute', '/payments', card(), {
      as: 'metered',
      key: 'p-3',
      before: [{ pass: 60_000 }],
    }),
    post('a payment too many for the day', '/payments', card(), { as: 'metered', key: 'p-5' }),
    post('a payment on the next day', '/payments', card(), {
      as: 'metered',
      key: 'p-5',
      before: [{ pass: 86_400_000 }],
    }),
    patch('a merchant suspended', '/merchants/metered', { status: 'suspended' }),
    post('no payment while suspended', '/payments', card(), { as: 'metered', key: 'p-6' }),
    post('an old answer while suspended', '/payments', card(), { as: 'metered', key: 'p-5' }),
    patch('a merchant active again', '/merchants/metered', { status: 'active' }),
    get('what the trail has of it', '/audit?entity_type=merchant', { as: 'metered' }),
    patch('how its own settlement files are read', '/merchants/metered', {
      settlement_mappings: { tabs: TABS },
    }),
    patch('no mapping without a type', '/merchants/metered', {
      settlement_mappings: { tabs: { ...TABS, fixed: { currency: 'USD' } } },
    }),
    patch('a merchant suspended for a reason', '/merchants/metered', {
      status: 'suspended',
      status_reason: 'Documents of the owner are awaited.',
    }),
    get('why it is suspended', '/merchant', { as: 'metered' }),
    patch('no reason without a suspension', '/merchants/metered', { status_reason: 'Others' }),
    patch('no reason of 501 characters', '/merchants/metered', {
      status: 'suspended',
      status_reason: long(501),
    }),
    patch('no reason with a card number', '/merchants/metered', {
      status: 'suspended',
      status_reason: `Paid with ${PAN}`,
    }),
    patch('a merchant resumed, and its reason gone', '/merchants/metered', { status: 'active' }),
    get('what the trail has of the reason', '/audit?entity_type=merchant&limit=3', { as: 'metered' }),
  ],
};
