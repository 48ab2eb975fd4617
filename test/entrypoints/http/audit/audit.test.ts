import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/adapters/system/clock.ts';
import { systemDigests } from '../../../../src/adapters/system/digests.ts';
import { verify } from '../../../../src/application/integrity/verify.ts';
import { auditPage, auditReport } from '../../../../src/entrypoints/http/audit/audit-schemas.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { anHttpApp, aRequest, aToken, SECRET } from '../../../support/http-app.ts';
import { aCustomer, get, type Opened, page, pay } from './audit-calls.ts';

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
