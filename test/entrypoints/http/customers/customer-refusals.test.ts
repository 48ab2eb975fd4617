import { describe, expect, it } from 'vitest';
import { anHttpApp, aRequest, aToken } from '../../../support/http-app.ts';
import { ALL, aCard, aCustomer, call, created, problemIn } from './customer-calls.ts';

describe('customers over HTTP', () => {
  const BODIES: readonly (readonly [string, unknown, string])[] = [
    ['no body', '', '400 invalid_request'],
    ['broken JSON', '{"email":', '400 invalid_request'],
    ['no email', { name: 'x' }, '400 invalid_request'],
    ['no name', { email: 'a@b' }, '400 invalid_request'],
    ['no address', aCustomer({ email: 'ada' }), '400 invalid_request'],
    ['two addresses', aCustomer({ email: 'a@b@c' }), '400 invalid_request'],
    ['an address with a line break', aCustomer({ email: 'a@b\nbcc:c' }), '400 invalid_request'],
    ['a long address', aCustomer({ email: `${'a'.repeat(250)}@b.example` }), '400 invalid_request'],
    ['a blank name', aCustomer({ name: '   ' }), '400 invalid_request'],
    ['a long name', aCustomer({ name: 'x'.repeat(201) }), '400 invalid_request'],
    ['a name with controls', aCustomer({ name: 'a\u001b[31m' }), '400 invalid_request'],
    ['a NUL', '{"email":"a@b","name":"a\\u0000"}', '400 invalid_request'],
    ['half a surrogate pair', '{"email":"a@b","name":"\\ud800"}', '400 invalid_request'],
    ['a name twice', '{"email":"a@b","name":"a","name":"b"}', '400 invalid_request'],
    ['__proto__', '{"email":"a@b","name":"a","__proto__":{}}', '400 invalid_request'],
    ['an unknown field', aCustomer({ nickname: 'x' }), '400 invalid_request'],
    ['a merchant_id', aCustomer({ merchant_id: 'merchant-2' }), '400 invalid_request'],
    ['words for a phone', aCustomer({ phone: 'call me' }), '400 invalid_request'],
    ['an empty phone', aCustomer({ phone: '' }), '400 invalid_request'],
    ['metadata that is no text', aCustomer({ metadata: { a: 1 } }), '400 invalid_request'],
    ['long metadata', aCustomer({ metadata: { a: 'x'.repeat(501) } }), '400 invalid_request'],
    [
      'metadata that would not fit into its audit trail twice',
      aCustomer({
        metadata: Object.fromEntries(
          Array.from({ length: 50 }, (_, n) => [`k${n}`, '\u0001'.repeat(500)] as const),
        ),
      }),
      '400 invalid_request',
    ],
    ['a card number as a phone', aCustomer({ phone: '4242 4242 4242 4242' }), '422 pan_not_accepted'],
    ['a card number in the name', aCustomer({ name: 'Ada 4242424242424242' }), '422 pan_not_accepted'],
    ['a card number in the email', aCustomer({ email: '4242424242424242@b.c' }), '422 pan_not_accepted'],
    ['a security code', aCustomer({ metadata: { CVV: '123' } }), '422 pan_not_accepted'],
    [
      'a card number as a token',
      aCustomer({ payment_methods: [aCard({ token: '4242424242424242' })] }),
      '422 pan_not_accepted',
    ],
    ['a cvc beside a card', aCustomer({ payment_methods: [aCard({ cvc: '123' })] }), '422 pan_not_accepted'],
    ['five last digits', aCustomer({ payment_methods: [aCard({ last4: '14242' })] }), '400 invalid_request'],
    ['letters as last4', aCustomer({ payment_methods: [aCard({ last4: 'abcd' })] }), '400 invalid_request'],
    [
      'a thirteenth month',
      aCustomer({ payment_methods: [aCard({ expiry_month: 13 })] }),
      '400 invalid_request',
    ],
    ['a bank of a card', aCustomer({ payment_methods: [aCard({ bank_name: 'x' })] }), '400 invalid_request'],
    ['a method of no type', aCustomer({ payment_methods: [aCard({ type: 'cash' })] }), '400 invalid_request'],
    [
      'a method without a token',
      aCustomer({ payment_methods: [{ type: 'card', last4: '4242' }] }),
      '400 invalid_request',
    ],
    [
      'a token with a space',
      aCustomer({ payment_methods: [aCard({ token: 'tok a' })] }),
      '400 invalid_request',
    ],
    ['too many methods', aCustomer({ payment_methods: Array(21).fill(aCard()) }), '400 invalid_request'],
    [
      'a token that no processor can charge',
      aCustomer({ payment_methods: [aCard({ token: 'pm_1' })] }),
      '422 payment_method_not_accepted',
    ],
  ];

  it.each(BODIES)('refuse %s, and keep nothing', async (_, body, expected) => {
    const opened = await anHttpApp();
    expect(await problemIn(await call(opened, 'POST', '/customers', body))).toBe(expected);
    const kept = await opened.storage.aggregates.list('merchant-1' as never, 'customer', { limit: 10 });
    expect(kept._unsafeUnwrap()).toEqual([]);
  });

  it('refuse other types, sizes, queries and methods', async () => {
    const opened = await anHttpApp();
    const { id } = await created(opened);
    const text = await aRequest({
      body: '{}',
      headers: { 'content-type': 'text/plain', authorization: `Bearer ${await aToken(ALL)}` },
    });
    expect(await problemIn(await opened.app.request('/customers', text))).toBe('415 unsupported_media_type');
    const large = JSON.stringify(aCustomer({ name: 'x'.repeat(300_000) }));
    expect(await problemIn(await call(opened, 'POST', '/customers', large))).toBe('413 body_too_large');
    for (const path of [
      '/customers?email=',
      '/customers?email=ada',
      '/customers?email=a%40b&email=c%40d',
      '/customers?email=a%40b&limit=1',
      '/customers?name=x',
      '/customers?limit=0',
      '/customers?start_date=2026-02-02&end_date=2026-02-01',
      `/customers/${id}?expand=1`,
    ])
      expect(await problemIn(await call(opened, 'GET', path))).toBe('400 invalid_request');
    expect(await problemIn(await call(opened, 'GET', '/customers?email=4242424242424242%40b'))).toBe(
      '422 pan_not_accepted',
    );
    const put = await call(opened, 'PUT', `/customers/${id}`, {});
    expect([await problemIn(put), put.headers.get('allow')]).toEqual([
      '405 method_not_allowed',
      'GET, PATCH, DELETE, HEAD, OPTIONS',
    ]);
    for (const body of [
      {},
      { version: 1 },
      { email: null },
      { name: null },
      { id: 'x' },
      { version: 0 },
      { default_method: 'pm_1' },
    ])
      expect(await problemIn(await call(opened, 'PATCH', `/customers/${id}`, body))).toBe(
        '400 invalid_request',
      );
    expect((await call(opened, 'GET', `/customers/${id}`)).status).toBe(200);
  });
});
