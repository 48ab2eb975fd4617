import { type CorpusGroup, del, get, patch, post } from '../corpus-request.ts';
import { absent, card, long, PAN } from './bodies.ts';

const ada = (rest: Readonly<Record<string, unknown>> = {}) => ({
  email: 'Ada@Example.com',
  name: 'Ada Lovelace',
  ...rest,
});
const visa = (rest: Readonly<Record<string, unknown>> = {}) => ({
  type: 'card',
  token: 'tok_visa',
  last4: '4242',
  brand: 'visa',
  expiry_month: 12,
  expiry_year: 2050,
  ...rest,
});
const account = {
  type: 'bank_account',
  token: 'tok_bank',
  last4: '6789',
  bank_name: 'First Bank',
  account_type: 'checking',
};

const badCustomers = {
  'no email': { name: 'Ada' },
  'a bad email': ada({ email: 'ada' }),
  'an email with controls': ada({ email: 'a\u0007@b' }),
  'a blank name': ada({ name: '  ' }),
  'a name of 201 characters': ada({ name: long(201) }),
  'a bad phone': ada({ phone: 'call me' }),
  'a phone that is a card': ada({ phone: PAN }),
  '21 methods': ada({ payment_methods: Array(21).fill(visa()) }),
  'an unknown field': ada({ id: absent('cus') }),
  'no metadata but a list': ada({ metadata: [] }),
};

const badMethods = {
  'no type': { token: 'tok_a', last4: '1111' },
  'an unknown type': visa({ type: 'cash' }),
  'three digits': visa({ last4: '424' }),
  'a blank token': visa({ token: '' }),
  'a thirteenth month': visa({ expiry_month: 13 }),
  'the name of a bank on a card': visa({ bank_name: 'First Bank' }),
  'a card number for a token': visa({ token: PAN.replaceAll(' ', '') }),
};

const badChanges = {
  nothing: {},
  'a blank name': { name: '' },
  'a default that is no id': { default_method: 'first' },
  'a version of 0': { version: 0 },
  'a version alone': { version: 1 },
  'an email of null': { email: null },
};

const entries = <Value>(values: Readonly<Record<string, Value>>) => Object.entries(values);

/** Customers and their stored methods, from the first to the erasure, and payments by such a method. */
export const customers: CorpusGroup = {
  as: 'merchant',
  requests: [
    post('a customer', '/customers', ada(), { keep: { ada: 'id' } }),
    post(
      'a customer with all that one has',
      '/customers',
      {
        email: 'grace@example.com',
        name: 'Grace Hopper',
        phone: '+1 202 555 0143',
        metadata: { rank: 'Rear admiral' },
        payment_methods: [visa(), { ...account, is_default: true }],
      },
      { keep: { grace: 'id', visa: 'payment_methods.0.id', bank: 'payment_methods.1.id' } },
    ),
    post('the email in another spelling', '/customers', ada({ email: 'ADA@example.COM' })),
    post('the email at another merchant', '/customers', ada(), { as: 'other', keep: { theirs: 'id' } }),
    ...entries(badCustomers).map(([what, body]) => post(`no customer with ${what}`, '/customers', body)),
    post('no customer without JSON', '/customers', '{'),
    post('no customer by a parameter', '/customers?silent=1', ada()),
    get('the customer', '/customers/{{ada}}'),
    get('the customer with all', '/customers/{{grace}}'),
    get('not for another merchant', '/customers/{{ada}}', { as: 'other' }),
    get('an unknown customer', `/customers/${absent('cus')}`),
    get('no customer by what is no id', '/customers/ada'),
    get('the customer by email', '/customers?email=ada%40example.com'),
    get('an unknown email', '/customers?email=nobody%40example.com'),
    get('a list of customers', '/customers?limit=1', { keep: { customers: 'next_cursor' } }),
    get('the rest of it', '/customers?cursor={{customers}}'),
    get('no list of a backward time', '/customers?start_date=2026-02-02&end_date=2026-02-01'),
    get('no list by an email and a time', '/customers?email=a%40b&end_date=2026-02-01'),
    get('no list by name', '/customers?email=a%40b&name=Ada'),
    get('no list by a bad email', '/customers?email=ada'),
    get('no list by a card number', '/customers?email=4242424242424242%40example.com'),
    patch('another name', '/customers/{{ada}}', { name: 'Ada King', version: 1 }),
    patch('an old version', '/customers/{{ada}}', { name: 'Ada', version: 1 }),
    patch('what is there already', '/customers/{{ada}}', { name: 'Ada King' }),
    patch('the email of another', '/customers/{{ada}}', { email: 'grace@example.com' }),
    patch('a phone and metadata', '/customers/{{ada}}', { phone: '+44 1632 960961', metadata: { a: 'b' } }),
    patch('both taken away', '/customers/{{ada}}', { phone: null, metadata: null }),
    patch('another default', '/customers/{{grace}}', { default_method: '{{visa}}' }),
    patch('no default', '/customers/{{grace}}', { default_method: null }),
    patch('a default of another', '/customers/{{ada}}', { default_method: '{{visa}}' }),
    ...entries(badChanges).map(([what, body]) => patch(`no change to ${what}`, '/customers/{{ada}}', body)),
    patch('no change of an unknown customer', `/customers/${absent('cus')}`, { name: 'x' }),
    patch('no change by another merchant', '/customers/{{ada}}', { name: 'x' }, { as: 'other' }),
    post('a method', '/customers/{{ada}}/payment_methods', visa(), { keep: { adas: 'id' } }),
    post('a default method', '/customers/{{ada}}/payment_methods', { ...account, is_default: true }),
    ...entries(badMethods).map(([what, body]) =>
      post(`no method with ${what}`, '/customers/{{ada}}/payment_methods', body),
    ),
    post('no method of an unknown customer', `/customers/${absent('cus')}/payment_methods`, visa()),
    post(
      'a customer with 20 methods',
      '/customers',
      {
        email: 'many@example.com',
        name: 'Many',
        payment_methods: Array(20).fill(visa()),
      },
      { keep: { many: 'id' } },
    ),
    post('a method too many', '/customers/{{many}}/payment_methods', visa()),
    post(
      'a payment by a stored method',
      '/payments',
      card({ payment_method: '{{adas}}', customer_id: '{{ada}}' }),
      {
        key: 'p-1',
      },
    ),
    post('a payment for a customer', '/payments', card({ customer_id: '{{grace}}' }), { key: 'p-2' }),
    post(
      'a payment by a method of another',
      '/payments',
      card({ payment_method: '{{visa}}', customer_id: '{{ada}}' }),
      {
        key: 'p-3',
      },
    ),
    post('a payment for a customer of another', '/payments', card({ customer_id: '{{theirs}}' }), {
      key: 'p-4',
    }),
    get('the payments of a customer', '/payments?customer_id={{ada}}'),
    del('a method removed', '/customers/{{ada}}/payment_methods/{{adas}}'),
    del('not twice', '/customers/{{ada}}/payment_methods/{{adas}}'),
    del('no method by what is no id', '/customers/{{ada}}/payment_methods/first'),
    del('no method of another', '/customers/{{ada}}/payment_methods/{{visa}}'),
    post(
      'a payment by a removed method',
      '/payments',
      card({ payment_method: '{{adas}}', customer_id: '{{ada}}' }),
      {
        key: 'p-5',
      },
    ),
    post(
      'a method whose processor is away',
      '/customers/{{ada}}/payment_methods',
      visa({ token: 'test_unavailable' }),
      { keep: { away: 'id' } },
    ),
    post(
      'a payment that can be tried again',
      '/payments',
      card({ payment_method: '{{away}}', customer_id: '{{ada}}' }),
      { key: 'p-7' },
    ),
    del('its method removed meanwhile', '/customers/{{ada}}/payment_methods/{{away}}'),
    post(
      'the payment tried again without it',
      '/payments',
      card({ payment_method: '{{away}}', customer_id: '{{ada}}' }),
      { key: 'p-7' },
    ),
    del('not by another merchant', '/customers/{{ada}}', { as: 'other' }),
    del('a customer erased', '/customers/{{ada}}'),
    del('no customer is erased twice', '/customers/{{ada}}'),
    get('no customer once erased', '/customers/{{ada}}'),
    get('no email once erased', '/customers?email=ada%40example.com'),
    post('a payment for an erased customer', '/payments', card({ customer_id: '{{ada}}' }), { key: 'p-6' }),
    post('the email is free again', '/customers', ada()),
    post('a customer of a suspended merchant', '/customers', ada(), { as: 'suspended' }),
    post('a customer of an unknown merchant', '/customers', ada(), { as: 'unknown' }),
    get('the payment given up without its method', '/payments?status=failed&limit=1', {
      before: [{ pass: 2 * 86_400_000 }, 'payments are recovered'],
    }),
    post(
      'the payment given up, under its key',
      '/payments',
      card({ payment_method: '{{away}}', customer_id: '{{ada}}' }),
      { key: 'p-7' },
    ),
    get('what the trail has of it', '/audit?entity_type=customer&limit=100'),
  ],
};
