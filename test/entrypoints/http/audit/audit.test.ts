import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/adapters/system/clock.ts';
import { systemDigests } from '../../../../src/adapters/system/digests.ts';
import { verify } from '../../../../src/application/integrity/verify.ts';
import { auditPage, auditReport } from '../../../../src/entrypoints/http/audit/audit-schemas.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { anHttpApp, aPaymentBody, aRequest, aToken, SECRET } from '../../../support/http-app.ts';

type Opened = Awaited<ReturnType<typeof anHttpApp>>;

const PERMISSIONS = ['payments', 'audit', 'exports', 'refunds'];

async function get({ app }: Opened, path: string, claims: Readonly<Record<string, unknown>> = {}) {
  const authorization = `Bearer ${await aToken({ permissions: PERMISSIONS, ...claims })}`;
  return app.request(path, await aRequest({ headers: { authorization } }));
}

const page = async (opened: Opened, path: string, claims: Readonly<Record<string, unknown>> = {}) => {
  const response = await get(opened, path, claims);
  expect(response.status).toBe(200);
  return auditPage.parse(await response.json());
};

let keys = 0;
async function pay(
  { app }: Opened,
  body: Readonly<Record<string, unknown>> = {},
  merchant_id = 'merchant-1',
) {
  keys += 1;
  const authorization = `Bearer ${await aToken({ merchant_id })}`;
  const order = aPaymentBody({ idempotency_key: `k${keys}`, ...body });
  const request = await aRequest({
    body: JSON.stringify(order),
    headers: { authorization, 'user-agent': 'shop/1' },
  });
  const response = (await (await app.request('/payments', request)).json()) as {
    id?: string;
    payment_id?: string;
  };
  return response.id ?? response.payment_id ?? '';
}

let customers = 0;
async function aCustomer({ app }: Opened): Promise<string> {
  customers += 1;
  const authorization = `Bearer ${await aToken({ permissions: ['customers'] })}`;
  const body = JSON.stringify({ name: 'Ada', email: `ada-${customers}@example.com` });
  const response = await app.request('/customers', await aRequest({ body, headers: { authorization } }));
  expect(response.status).toBe(201);
  return ((await response.json()) as { id: string }).id;
}

describe('GET /audit', () => {
  it('lists who did what to what, newest first, under the names that were hashed', async () => {
    const opened = await anHttpApp();
    const id = await pay(opened, { metadata: { order: '7' } });
    const { items, has_more, next_cursor } = await page(opened, `/audit?entity_id=${id}`);
    expect({ has_more, next_cursor }).toEqual({ has_more: false, next_cursor: null });
    expect(items.map(({ action, sequence }) => `${sequence} ${action}`)).toEqual([
      '2 payment.succeeded',
      '1 payment.created',
    ]);
    expect(items[1]).toMatchObject({
      entity_type: 'payment',
      entity_id: id,
      merchant_id: 'merchant-1',
      actor: { id: 'user-1', type: 'user' },
      user_agent: 'shop/1',
      after: { status: 'processing', amount: 1250, metadata: { order: '7' } },
      previous_hash: '0'.repeat(64),
    });
    expect(items[0]).toMatchObject({ before: { status: 'processing' }, after: { status: 'succeeded' } });
    expect(items[0]?.previous_hash).toBe(items[1]?.hash);
  });

  it('walks its pages by cursor, and holds what the filter says', async () => {
    const opened = await anHttpApp();
    for (let each = 0; each < 3; each += 1) await pay(opened);
    const all = (await page(opened, '/audit?limit=100')).items;
    expect(all).toHaveLength(10);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const next = await page(opened, `/audit?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...next.items.map(({ id }) => id));
      cursor = next.next_cursor;
    }
    expect(seen).toEqual(all.map(({ id }) => id));
    for (const type of ['payment', 'transaction', 'merchant'])
      expect((await page(opened, `/audit?limit=100&entity_type=${type}`)).items).toEqual(
        all.filter(({ entity_type }) => entity_type === type),
      );
    expect((await page(opened, '/audit?end_date=2026-01-01')).items).toEqual([]);
    expect((await page(opened, '/audit?start_date=2200-01-01')).items).toEqual([]);
  });

  /** Merchant-1 after an administrator changed it, from an address and a browser of the administrator's own. */
  async function managed(): Promise<Opened> {
    const opened = await anHttpApp();
    const authorization = `Bearer ${await aToken({ merchant_id: undefined, sub: 'root@paywright', permissions: ['admin'] })}`;
    const body = JSON.stringify({ name: 'Renamed', processor_config: { account: 'acct_secret' } });
    const request = await aRequest({
      method: 'PATCH',
      body,
      headers: { authorization, 'user-agent': 'admin-console/7' },
    });
    const connection = { incoming: { socket: { remoteAddress: '192.0.2.99' } } };
    const response = await opened.app.request('/merchants/merchant-1', request, connection);
    expect(response.status).toBe(200);
    return opened;
  }

  it('shows a merchant that an administrator acted, and neither who nor from where', async () => {
    const opened = await managed();
    const response = await get(opened, '/audit?entity_type=merchant');
    const text = await response.text();
    for (const secret of ['root@paywright', '192.0.2.99', 'admin-console', 'sealed', 'processor_config":'])
      expect(text).not.toContain(secret);
    const { items } = auditPage.parse(JSON.parse(text));
    expect(items[0]).toMatchObject({
      action: 'merchant.changed',
      actor: { id: 'administrator', type: 'admin' },
      after: { name: 'Renamed' },
      withheld: ['actor.id', 'ip_address', 'user_agent', 'after.processor_config'],
    });
    expect(items[0]?.previous_hash).toBe(items[1]?.hash);
    const report = await (await get(opened, '/audit/report')).text();
    expect(report).not.toContain('root@paywright');
    expect(auditReport.parse(JSON.parse(report)).user_activity['administrator']).toBe(1);
  });

  it('shows the whole of it to those of the merchant who manage merchants too', async () => {
    const opened = await managed();
    const claims = { permissions: ['audit', 'admin'] };
    const { items } = await page(opened, '/audit?entity_type=merchant', claims);
    expect(items[0]).toMatchObject({
      actor: { id: 'root@paywright', type: 'admin' },
      ip_address: '192.0.2.99',
      user_agent: 'admin-console/7',
      after: { processor_config: { key_id: expect.any(String) } },
    });
    expect(items[0]).not.toHaveProperty('withheld');
    const report = await (await get(opened, '/audit/report', claims)).text();
    expect(auditReport.parse(JSON.parse(report)).user_activity['root@paywright']).toBe(1);
  });

  it('never shows another tenant’s entries, nor takes its cursor', async () => {
    const opened = await anHttpApp();
    const id = await pay(opened);
    await pay(opened);
    const other = { merchant_id: 'merchant-2' };
    expect((await page(opened, `/audit?entity_id=${id}`, other)).items).toEqual([]);
    expect((await page(opened, '/audit?entity_type=payment', other)).items).toEqual([]);
    const { next_cursor } = await page(opened, '/audit?limit=1');
    for (const [path, claims] of [
      [`/audit?limit=1&cursor=${next_cursor}`, other],
      [`/audit?limit=1&entity_type=payment&cursor=${next_cursor}`, {}],
      [`/audit?cursor=${next_cursor}x`, {}],
    ] as const) {
      const response = await get(opened, path, claims);
      expect(response.status).toBe(400);
      expect(problem.parse(await response.json()).code).toBe('cursor_invalid');
    }
  });

  it.each([
    ['/audit?entity_type=spaceship'],
    ['/audit?entity_id=a%20b'],
    ['/audit?limit=0'],
    ['/audit?limit=101'],
    ['/audit?start_date=2026-02-30'],
    ['/audit?start_date=2026-03-02&end_date=2026-03-01'],
    ['/audit?verbose=1'],
    ['/audit?limit=1&limit=2'],
    ['/audit/report?format=xml'],
    ['/audit/report?limit=1'],
    ['/audit/report?start_date=yesterday'],
  ])('refuses %s', async (path) => {
    const response = await get(await anHttpApp(), path);
    expect(response.status).toBe(400);
    expect(problem.parse(await response.json()).code).toBe('invalid_request');
  });

  it.each(['/audit', '/audit/report'])('asks for the permission: %s', async (path) => {
    const opened = await anHttpApp();
    const response = await get(opened, path, { permissions: ['payments'] });
    expect(response.status).toBe(403);
    expect((await opened.app.request(path)).status).toBe(401);
  });
});

describe('GET /audit/report', () => {
  const report = async (opened: Opened, query = '') => {
    const response = await get(opened, `/audit/report${query}`);
    expect(response.status).toBe(200);
    return auditReport.parse(await response.json());
  };

  it('counts events by type and by user', async () => {
    const opened = await anHttpApp();
    await pay(opened);
    await pay(opened, { payment_method: 'test_declined' });
    const { total_events, events_by_type, user_activity, anomalies } = await report(opened);
    expect(events_by_type).toMatchObject({
      'payment.created': 2,
      'payment.succeeded': 1,
      'payment.failed': 1,
    });
    expect(user_activity['user-1']).toBeGreaterThanOrEqual(6);
    expect(Object.values(events_by_type).reduce((sum, count) => sum + count)).toBe(total_events);
    expect(anomalies).toEqual([]);
    const none = await report(opened, '?start_date=2020-01-01&end_date=2020-01-31');
    expect(none).toEqual({ total_events: 0, events_by_type: {}, user_activity: {}, anomalies: [] });
  });

  it('finds high values, repeated failures and exports by the events themselves', async () => {
    const opened = await anHttpApp();
    const dear = await pay(opened, { amount: 100_001 });
    await pay(opened, { amount: 100_000 });
    for (let each = 0; each < 3; each += 1) await pay(opened, { payment_method: 'test_declined' });
    await (await get(opened, '/payments/export?format=csv')).text();
    const { anomalies } = await report(opened);
    expect(anomalies.map(({ type, severity }) => `${type} ${severity}`).toSorted()).toEqual([
      'data_export low',
      'high_value_transaction medium',
      'repeated_failures medium',
    ]);
    expect(anomalies.find(({ type }) => type === 'high_value_transaction')?.entity_id).toBe(dear);
    expect(anomalies.find(({ type }) => type === 'repeated_failures')?.entity_id).toBe('user-1');
  });

  it('finds customers that are too quick or fail too often, and does not mix them up', async () => {
    const opened = await anHttpApp();
    const [quick, unlucky, calm] = [
      await aCustomer(opened),
      await aCustomer(opened),
      await aCustomer(opened),
    ];
    for (let each = 0; each < 5; each += 1) await pay(opened, { customer_id: quick });
    for (let each = 0; each < 3; each += 1)
      await pay(opened, { customer_id: unlucky, payment_method: 'test_declined' });
    for (let each = 0; each < 4; each += 1) await pay(opened, { customer_id: calm });
    for (let each = 0; each < 2; each += 1)
      await pay(opened, { customer_id: calm, payment_method: 'test_declined' });
    const { anomalies } = await report(opened);
    expect(
      anomalies.map(({ type, severity, entity_id }) => `${type} ${severity} ${entity_id}`).toSorted(),
    ).toEqual(
      [
        `high_velocity medium ${calm}`,
        `high_velocity medium ${quick}`,
        `repeated_failures medium ${unlucky}`,
      ].toSorted(),
    );
  });

  it('is CSV when asked, and no cell of it is a formula', async () => {
    const opened = await anHttpApp();
    const authorization = `Bearer ${await aToken({ sub: '=cmd|1' })}`;
    const order = JSON.stringify(aPaymentBody({ idempotency_key: 'formula', amount: 200_000 }));
    await opened.app.request('/payments', await aRequest({ body: order, headers: { authorization } }));
    const response = await get(opened, '/audit/report?format=csv');
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="audit-report.csv"');
    const lines = (await response.text()).split('\r\n');
    expect(lines[0]).toBe('section,type,count,severity,timestamp,entity_id,description');
    expect(lines).toContain('event,payment.created,1,,,,');
    expect(lines).toContain("user,'=cmd|1,3,,,,");
    expect(lines.find((line) => line.startsWith('anomaly'))).toMatch(
      /^anomaly,high_value_transaction,,medium,\d{4}-.+Z,pay_[0-9a-f]{32},A payment of 200000 minor units of USD, more than 100000$|"A payment of 200000 minor units of USD, more than 100000"$/,
    );
    expect(lines.at(-1)).toBe('');
  });
});

describe('what customers leave behind', () => {
  it('is whole after they were read, changed, given methods and erased', async () => {
    const opened = await anHttpApp();
    const [kept, erased] = [await aCustomer(opened), await aCustomer(opened)];
    const authorization = `Bearer ${await aToken({ permissions: ['customers'] })}`;
    const call = async (method: string, path: string, body?: unknown) => {
      const text = body === undefined ? {} : { body: JSON.stringify(body) };
      const request = await aRequest({ method, ...text, headers: { authorization } });
      expect((await opened.app.request(path, request)).status).toBeLessThan(300);
    };
    for (const id of [kept, erased]) {
      await call('GET', `/customers/${id}`);
      await call('PATCH', `/customers/${id}`, { phone: '+43 1 2345' });
      await call('POST', `/customers/${id}/payment_methods`, {
        type: 'card',
        token: 'tok_visa',
        last4: '4242',
      });
    }
    await call('DELETE', `/customers/${erased}`);
    const verified = await verify({ ...opened.storage, clock: systemClock, digests: systemDigests(SECRET) })(
      () => {},
    );
    expect(verified._unsafeUnwrap()).toMatchObject({ unsettled: [] });
    expect(verified._unsafeUnwrap().aggregates).toBeGreaterThanOrEqual(6);
    const { items } = await page(opened, `/audit?entity_id=${erased}`);
    expect(items[0]?.action).toBe('customer.erased');
    expect(JSON.stringify(items)).not.toContain('example.com');
  });
});
