import { describe, expect, it } from 'vitest';
import { present } from '../../../../src/domain/kernel/present.ts';
import {
  customer,
  customerPage,
  paymentMethod,
} from '../../../../src/entrypoints/http/customers/customer-schemas.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { anHttpApp, aPaymentBody, aRequest, aToken } from '../../../support/http-app.ts';

type Opened = Awaited<ReturnType<typeof anHttpApp>>;
type Claims = Readonly<Record<string, unknown>>;

const ALL = { permissions: ['customers', 'payments'] };

async function call(
  { app }: Opened,
  method: string,
  path: string,
  body?: unknown,
  claims: Claims = ALL,
): Promise<Response> {
  const headers = { authorization: `Bearer ${await aToken(claims)}` };
  const given = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  return app.request(path, await aRequest({ method, headers, ...given }));
}

const aCustomer = (rest: Claims = {}) => ({ email: 'ada@example.com', name: 'Ada Lovelace', ...rest });
const aCard = (rest: Claims = {}) => ({ type: 'card', token: 'tok_visa', last4: '4242', ...rest });

async function created(opened: Opened, body: unknown = aCustomer(), claims: Claims = ALL) {
  const response = await call(opened, 'POST', '/customers', body, claims);
  expect(response.status).toBe(201);
  return customer.parse(await response.json());
}

async function added(opened: Opened, id: string, body: unknown = aCard()) {
  const response = await call(opened, 'POST', `/customers/${id}/payment_methods`, body);
  expect(response.status).toBe(201);
  return paymentMethod.parse(await response.json());
}

async function problemIn(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const body = problem.parse(await response.json());
  expect(body.status).toBe(response.status);
  return `${body.status} ${body.code}`;
}

describe('customers over HTTP', () => {
  it('are created, read, found and changed', async () => {
    const opened = await anHttpApp();
    const response = await call(opened, 'POST', '/customers', {
      ...aCustomer({ email: ' Ada@Example.com ' }),
      phone: '+44 1632 960961',
      metadata: { tier: 'gold' },
    });
    const made = customer.parse(await response.json());
    expect(response.headers.get('location')).toBe(`/customers/${made.id}`);
    expect(made).toMatchObject({
      merchant_id: 'merchant-1',
      email: 'Ada@example.com',
      name: 'Ada Lovelace',
      phone: '+44 1632 960961',
      metadata: { tier: 'gold' },
      payment_methods: [],
      version: 1,
    });
    const read = await call(opened, 'GET', `/customers/${made.id}`);
    expect(await read.json()).toEqual(made);
    const found = await call(opened, 'GET', '/customers?email=ADA%40example.com');
    expect(customerPage.parse(await found.json()).items).toEqual([made]);
    const none = await call(opened, 'GET', '/customers?email=bob%40example.com');
    expect(await none.json()).toEqual({ items: [], next_cursor: null, has_more: false });
    const changed = await call(opened, 'PATCH', `/customers/${made.id}`, {
      name: 'Ada King',
      phone: null,
      metadata: null,
      version: 1,
    });
    const { phone: _, metadata: __, ...kept } = made;
    expect(customer.parse(await changed.json())).toEqual({
      ...kept,
      name: 'Ada King',
      version: 2,
      updated_at: expect.any(String),
    });
    expect(
      await problemIn(await call(opened, 'PATCH', `/customers/${made.id}`, { name: 'x', version: 1 })),
    ).toBe('409 version_conflict');
  });

  it('are unique by email, per merchant', async () => {
    const opened = await anHttpApp();
    const rivals = await Promise.all(
      Array.from({ length: 10 }, () => call(opened, 'POST', '/customers', aCustomer())),
    );
    expect(rivals.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      201,
      ...Array(9).fill(409),
    ]);
    const again = await call(opened, 'POST', '/customers', aCustomer({ email: 'ADA@EXAMPLE.COM' }));
    expect(await problemIn(again)).toBe('409 customer_exists');
    await created(opened, aCustomer(), { ...ALL, merchant_id: 'merchant-2' });
    const other = await created(opened, aCustomer({ email: 'b@example.com' }));
    const taken = await call(opened, 'PATCH', `/customers/${other.id}`, { email: 'ada@example.com' });
    expect(await problemIn(taken)).toBe('409 customer_exists');
  });

  it('belong to one merchant, and to those permitted', async () => {
    const opened = await anHttpApp();
    const { id } = await created(opened);
    const { id: pm } = await added(opened, id);
    const strangers = { ...ALL, merchant_id: 'merchant-2' };
    const routes = [
      ['GET', `/customers/${id}`],
      ['PATCH', `/customers/${id}`, { name: 'x' }],
      ['POST', `/customers/${id}/payment_methods`, aCard()],
      ['DELETE', `/customers/${id}/payment_methods/${pm}`],
      ['DELETE', `/customers/${id}`],
    ] as const;
    for (const [method, path, body] of routes) {
      expect(await problemIn(await call(opened, method, path, body, strangers))).toBe(
        '404 customer_not_found',
      );
      expect(await problemIn(await call(opened, method, path, body, { permissions: ['payments'] }))).toBe(
        '403 permission_missing',
      );
    }
    const found = await call(opened, 'GET', '/customers?email=ada%40example.com', undefined, strangers);
    expect(await found.json()).toMatchObject({ items: [] });
    expect((await call(opened, 'GET', `/customers/${id}`)).status).toBe(200);
    const suspended = { ...ALL, merchant_id: 'suspended' };
    expect(await problemIn(await call(opened, 'POST', '/customers', aCustomer(), suspended))).toBe(
      '403 merchant_inactive',
    );
    for (const unknown of [`cus_${'0'.repeat(32)}`, 'x', 'pay_1', "cus_'--"])
      expect(await problemIn(await call(opened, 'GET', `/customers/${encodeURIComponent(unknown)}`))).toBe(
        '404 customer_not_found',
      );
  });

  it('have payment methods, one of them the default', async () => {
    const opened = await anHttpApp();
    const { id } = await created(opened, aCustomer({ payment_methods: [aCard({ brand: 'visa' })] }));
    const bank = await added(opened, id, {
      type: 'bank_account',
      token: 'tok_bank',
      last4: '0001',
      bank_name: 'First Bank',
      account_type: 'savings',
    });
    expect(bank).toMatchObject({ is_default: false, bank_name: 'First Bank', account_type: 'savings' });
    const card = await added(opened, id, aCard({ is_default: true, expiry_month: 12, expiry_year: 2030 }));
    expect(card.is_default).toBe(true);
    const read = async () => customer.parse(await (await call(opened, 'GET', `/customers/${id}`)).json());
    expect((await read()).payment_methods.map(({ is_default }) => is_default)).toEqual([false, false, true]);
    const chosen = await call(opened, 'PATCH', `/customers/${id}`, { default_method: bank.id });
    expect(await chosen.json()).toMatchObject({ default_method: bank.id });
    const removed = await call(opened, 'DELETE', `/customers/${id}/payment_methods/${bank.id}`);
    expect([removed.status, await removed.text()]).toEqual([204, '']);
    expect((await read()).default_method).toBeUndefined();
    const again = await call(opened, 'DELETE', `/customers/${id}/payment_methods/${bank.id}`);
    expect(await problemIn(again)).toBe('404 payment_method_not_found');
    const gone = await call(opened, 'PATCH', `/customers/${id}`, { default_method: bank.id });
    expect(await problemIn(gone)).toBe('404 payment_method_not_found');
    const refused = await call(
      opened,
      'POST',
      `/customers/${id}/payment_methods`,
      aCard({ token: 'nonsense' }),
    );
    expect(await problemIn(refused)).toBe('422 payment_method_not_accepted');
    for (let more = 2; more < 20; more++) await added(opened, id);
    const full = await call(opened, 'POST', `/customers/${id}/payment_methods`, aCard());
    expect(await problemIn(full)).toBe('422 too_many_payment_methods');
  });

  it('pay with the methods they have stored, and with no other customer’s', async () => {
    const opened = await anHttpApp();
    const { id } = await created(opened);
    const { id: other } = await created(opened, aCustomer({ email: 'b@example.com' }));
    const good = await added(opened, id);
    const bad = await added(opened, id, aCard({ token: 'test_declined' }));
    let keys = 0;
    const pay = (payment_method: string, customer_id?: string) =>
      call(
        opened,
        'POST',
        '/payments',
        aPaymentBody({
          payment_method,
          ...present({ customer_id }),
          idempotency_key: `pm-${++keys}`,
        }),
      );
    const paid = await pay(good.id, id);
    expect(paid.status).toBe(201);
    const body = await paid.text();
    expect(JSON.parse(body)).toMatchObject({ payment_method: good.id, customer_id: id, status: 'succeeded' });
    expect(body).not.toContain('tok_visa');
    expect(await problemIn(await pay(bad.id, id))).toBe('402 card_declined');
    expect((await pay('card', id)).status).toBe(201);
    expect(await problemIn(await pay(good.id, other))).toBe('422 payment_method_not_accepted');
    expect(await problemIn(await pay(good.id))).toBe('422 payment_method_not_accepted');
    expect(await problemIn(await pay('card', `cus_${'0'.repeat(32)}`))).toBe('422 customer_not_found');
    const listed = await call(opened, 'GET', `/payments?customer_id=${id}`);
    expect(((await listed.json()) as { items: unknown[] }).items).toHaveLength(3);
    await call(opened, 'DELETE', `/customers/${id}`);
    expect(await problemIn(await pay(good.id, id))).toBe('422 customer_not_found');
    expect(await problemIn(await pay('card', id))).toBe('422 customer_not_found');
  });

  it('are erased, and their email is free again', async () => {
    const opened = await anHttpApp();
    const { id } = await created(opened);
    const erased = await call(opened, 'DELETE', `/customers/${id}`);
    expect([erased.status, await erased.text()]).toEqual([204, '']);
    for (const [method, body] of [['GET'], ['DELETE'], ['PATCH', { name: 'x' }]] as const)
      expect(await problemIn(await call(opened, method, `/customers/${id}`, body))).toBe(
        '404 customer_not_found',
      );
    await created(opened);
  });

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
      '/customers',
      '/customers?email=',
      '/customers?email=ada',
      '/customers?email=a%40b&email=c%40d',
      '/customers?email=a%40b&limit=1',
      '/customers?name=x',
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

  it('have examples in the document that work', async () => {
    const opened = await anHttpApp();
    const document = (await (await opened.app.request('/openapi.json')).json()) as {
      paths: Record<string, Record<string, { operationId: string; responses: object }>>;
      components: { schemas: Record<string, { example?: unknown }> };
    };
    const example = (name: string) => document.components.schemas[name]?.example;
    const { id } = await created(opened, example('NewCustomer'));
    await added(opened, id, example('NewPaymentMethod'));
    expect((await call(opened, 'PATCH', `/customers/${id}`, example('CustomerChange'))).status).toBe(200);
    const operations = Object.entries(document.paths)
      .filter(([path]) => path.startsWith('/customers'))
      .flatMap(([, methods]) => Object.values(methods).map(({ operationId }) => operationId));
    expect(operations.toSorted()).toEqual([
      'addPaymentMethod',
      'changeCustomer',
      'createCustomer',
      'eraseCustomer',
      'findCustomer',
      'getCustomer',
      'removePaymentMethod',
    ]);
  });
});
