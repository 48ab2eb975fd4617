import { describe, expect, it } from 'vitest';
import { present } from '../../../../src/domain/kernel/present.ts';
import { customer, customerPage } from '../../../../src/entrypoints/http/customers/customer-schemas.ts';
import { anHttpApp, aPaymentBody } from '../../../support/http-app.ts';
import { ALL, aCard, aCustomer, added, call, created, problemIn } from './customer-calls.ts';

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

  it('are listed newest first, erased ones too, with nothing of their details and no look on record', async () => {
    const opened = await anHttpApp();
    const emails = ['ada@example.com', 'bob@example.com', 'eve@example.com'];
    const made: string[] = [];
    for (const email of emails) made.unshift((await created(opened, aCustomer({ email }))).id);
    await created(opened, aCustomer(), { ...ALL, merchant_id: 'merchant-2' });
    await call(opened, 'DELETE', `/customers/${made[1]}`);
    const audit = { permissions: ['audit'] };
    const read = async (path: string, claims?: object) =>
      (await (await call(opened, 'GET', path, undefined, { ...claims })).json()) as {
        items: readonly Readonly<{ id: string; status: string; created_at: string }>[];
        next_cursor: string | null;
      };
    const looks = async () => (await read('/audit?entity_type=customer_access', audit)).items.length;
    const before = await looks();
    const page = await read('/customers?limit=2', ALL);
    expect(page.items.map(({ id, status }) => [id, status])).toEqual([
      [made[0], 'active'],
      [made[1], 'erased'],
    ]);
    expect(JSON.stringify(page)).not.toMatch(/example|Ada|4242/);
    const rest = await read(`/customers?cursor=${page.next_cursor}`, ALL);
    expect(rest).toMatchObject({ items: [{ id: made[2] }], next_cursor: null });
    const at = rest.items[0]?.created_at ?? '';
    expect((await read(`/customers?start_date=${at}`, ALL)).items.at(-1)?.id).toBe(made[2]);
    expect((await read('/customers?end_date=2001-01-01', ALL)).items).toEqual([]);
    expect(await looks()).toBe(before);
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
