import { describe, expect, it } from 'vitest';
import { MERCHANT_PERMISSIONS } from '../../../../src/entrypoints/cli/tokens.ts';
import { merchant, merchantPage } from '../../../../src/entrypoints/http/merchants/merchant-schemas.ts';
import { aMerchantId } from '../../../fixtures/changes.ts';
import { aDesk, aMerchantBody, CANARY, pay, tokenOf } from '../../../support/merchant-desk.ts';

describe('managing merchants over HTTP', () => {
  it('opens, shows, lists and changes a merchant', async () => {
    const { ask } = await aDesk();
    const created = await ask('POST', '/merchants', {
      body: aMerchantBody({ features: ['exports'], rate_limits: { payments_per_minute: 600 } }),
    });
    expect(created.status).toBe(201);
    expect(created.response.headers.get('location')).toBe('/merchants/merchant-new');
    expect(merchant.parse(created.json)).toMatchObject({
      status: 'active',
      features: ['exports'],
      rate_limits: { payments_per_minute: 600, payments_per_day: 0, max_payment_amount: 0 },
      version: 1,
    });

    const shown = await ask('GET', '/merchants/merchant-new');
    expect([shown.status, shown.json]).toEqual([200, created.json]);

    const changed = await ask('PATCH', '/merchants/merchant-new', {
      body: { name: 'New name', rate_limits: { max_payment_amount: 5_000 }, refunds_need_balance: true },
    });
    expect(changed.status).toBe(200);
    expect(merchant.parse(changed.json)).toMatchObject({
      name: 'New name',
      rate_limits: { payments_per_minute: 600, max_payment_amount: 5_000 },
      refunds_need_balance: true,
      version: 2,
    });
    const undone = await ask('PATCH', '/merchants/merchant-new', { body: { refunds_need_balance: false } });
    expect(merchant.parse(undone.json)).not.toHaveProperty('refunds_need_balance');

    const tolerant = await ask('PATCH', '/merchants/merchant-new', {
      body: { settlement_tolerances: { USD: 5, JPY: 1 } },
    });
    expect(merchant.parse(tolerant.json)).toMatchObject({ settlement_tolerances: { USD: 5, JPY: 1 } });
    const strict = await ask('PATCH', '/merchants/merchant-new', { body: { settlement_tolerances: {} } });
    expect(merchant.parse(strict.json)).not.toHaveProperty('settlement_tolerances');
    for (const settlement_tolerances of [{ usd: 1 }, { USD: -1 }, { USD: 1.5 }])
      expect(
        (await ask('PATCH', '/merchants/merchant-new', { body: { settlement_tolerances } })).status,
      ).toBe(400);

    const listed = merchantPage.parse((await ask('GET', '/merchants')).json);
    expect(listed.items.map(({ id }) => id)).toEqual(
      ['limited', 'merchant-1', 'merchant-2', 'merchant-new', 'suspended'].sort(),
    );
    expect(listed).toMatchObject({ has_more: false, next_cursor: null });
  });

  it('pages through all of them', async () => {
    const { ask } = await aDesk();
    const walked: unknown[] = [];
    for (let cursor: unknown; ; ) {
      const after = typeof cursor === 'string' ? `&cursor=${encodeURIComponent(cursor)}` : '';
      const page = merchantPage.parse((await ask('GET', `/merchants?limit=3${after}`)).json);
      walked.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor;
      if (!page.has_more) break;
    }
    expect(walked).toEqual(['limited', 'merchant-1', 'merchant-2', 'suspended']);
  });

  it('gives an id once', async () => {
    const { ask } = await aDesk();
    const body = aMerchantBody();
    const statuses = await Promise.all(
      Array.from({ length: 5 }, async () => (await ask('POST', '/merchants', { body })).status),
    );
    expect(statuses.toSorted((a, b) => a - b)).toEqual([201, 409, 409, 409, 409]);
    const again = await ask('POST', '/merchants', { body: aMerchantBody({ name: 'Another' }) });
    expect([again.status, again.json['code']]).toEqual([409, 'merchant_exists']);
    expect((await ask('GET', '/merchants/merchant-new')).json['name']).toBe('Café Zürich');
  });

  it('is audited with an admin as the actor, in the chain of the merchant', async () => {
    const { ask, storage } = await aDesk();
    await ask('POST', '/merchants', { body: aMerchantBody() });
    await ask('PATCH', '/merchants/merchant-new', { body: { status: 'suspended' } });
    const trail = await storage.auditTrail.list(aMerchantId('merchant-new'), {}, { limit: 10 });
    expect(trail._unsafeUnwrap().map(({ action, actor }) => [action, actor])).toEqual([
      ['merchant.suspended', { id: 'user-1', type: 'admin' }],
      ['merchant.created', { id: 'user-1', type: 'admin' }],
    ]);
  });

  it('says why it is suspended, to administrators and to itself, until it is resumed', async () => {
    const { ask } = await aDesk();
    const patch = (body: object) => ask('PATCH', '/merchants/merchant-1', { body });
    const reason = 'Documents of the owner are awaited.';
    const suspended = await patch({ status: 'suspended', status_reason: reason });
    expect([suspended.status, merchant.parse(suspended.json).status_reason]).toEqual([200, reason]);
    for (const [path, token] of [
      ['/merchants/merchant-1', undefined],
      ['/merchant', await tokenOf('merchant-1', [])],
    ] as const)
      expect(await ask('GET', path, token === undefined ? {} : { token })).toMatchObject({
        json: { status: 'suspended', status_reason: reason },
      });
    // The same again changes nothing, and another reason does.
    expect((await patch({ status: 'suspended', status_reason: reason })).json['version']).toBe(2);
    expect((await patch({ status: 'suspended', status_reason: 'Another' })).json).toMatchObject({
      version: 3,
      status_reason: 'Another',
    });
    expect((await patch({ status: 'active' })).json).not.toHaveProperty('status_reason');
    const body = aMerchantBody({ status: 'suspended', status_reason: reason });
    expect((await ask('POST', '/merchants', { body })).json).toMatchObject({ status_reason: reason });
  });

  it('is for those with the permission `admin`, whether or not they have a merchant', async () => {
    const { ask } = await aDesk();
    const routes = [
      ['POST', '/merchants', aMerchantBody()],
      ['GET', '/merchants', undefined],
      ['GET', '/merchants/merchant-1', undefined],
      ['PATCH', '/merchants/merchant-1', { name: 'x' }],
    ] as const;
    for (const [method, path, body] of routes) {
      const refused = await ask(method, path, {
        body,
        token: await tokenOf('merchant-1', MERCHANT_PERMISSIONS),
      });
      expect([refused.status, refused.json['code']]).toEqual([403, 'permission_missing']);
      const stranger = await ask(method, path, { body, token: 'a.b.c' });
      expect([stranger.status, stranger.json['code']]).toEqual([401, 'unauthenticated']);
      const allowed = await ask(method, path, { body, token: await tokenOf('merchant-1', ['admin']) });
      expect(allowed.status).toBeLessThan(300);
    }
  });

  it('shows a merchant itself with any token of its own, and no other merchant', async () => {
    const { ask } = await aDesk();
    for (const id of ['merchant-1', 'suspended']) {
      const own = await ask('GET', '/merchant', { token: await tokenOf(id, []) });
      expect([own.status, merchant.parse(own.json).id]).toEqual([200, id]);
    }
    const unknown = await ask('GET', '/merchant', { token: await tokenOf('nobody', []) });
    expect([unknown.status, unknown.json['code']]).toEqual([404, 'merchant_not_found']);
    const none = await ask('GET', '/merchant');
    expect([none.status, none.json['code']]).toEqual([401, 'unauthenticated']);
  });

  it('knows no stranger', async () => {
    const { ask } = await aDesk();
    for (const id of ['nobody', 'x'.repeat(65), 'm.1', '%00', 'a%2Fb', '..%2f..%2fetc'])
      for (const [method, body] of [
        ['GET', undefined],
        ['PATCH', { name: 'x' }],
      ] as const) {
        const { status, json } = await ask(method, `/merchants/${id}`, { body });
        expect([id, status, json['code']]).toEqual([id, 404, 'merchant_not_found']);
      }
  });

  it('takes a suspension to heart with the next payment, and lets the merchant read on', async () => {
    const { ask } = await aDesk();
    const token = await tokenOf('merchant-1');
    expect((await ask('POST', '/payments', { token, body: pay('one') })).status).toBe(201);
    expect((await ask('PATCH', '/merchants/merchant-1', { body: { status: 'suspended' } })).status).toBe(200);
    const refused = await ask('POST', '/payments', { token, body: pay('two') });
    expect([refused.status, refused.json['code']]).toEqual([403, 'merchant_inactive']);
    const replayed = await ask('POST', '/payments', { token, body: pay('one') });
    expect([replayed.status, replayed.response.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    const listed = await ask('GET', '/payments', { token });
    expect([listed.status, (listed.json['items'] as unknown[]).length]).toEqual([200, 1]);
    expect((await ask('GET', `/payments/${String(replayed.json['id'])}`, { token })).status).toBe(200);
    await ask('PATCH', '/merchants/merchant-1', { body: { status: 'active' } });
    expect((await ask('POST', '/payments', { token, body: pay('two') })).status).toBe(201);
  });

  it('never answers, logs or audits a processor config', async () => {
    const { ask, lines, storage } = await aDesk();
    const config = { processor_config: { api_key: CANARY } };
    const responses = [
      await ask('POST', '/merchants', { body: aMerchantBody(config) }),
      await ask('POST', '/merchants', { body: aMerchantBody(config) }),
      await ask('PATCH', '/merchants/merchant-new', {
        body: { processor_config: { api_key: `${CANARY}2` } },
      }),
      await ask('PATCH', '/merchants/merchant-new', { body: { processor_config: { [CANARY]: 7 } } }),
      await ask('GET', '/merchants/merchant-new'),
      await ask('GET', '/merchants'),
      await ask('GET', '/merchant', { token: await tokenOf('merchant-new') }),
      await ask('GET', '/audit', { token: await tokenOf('merchant-new', ['audit']) }),
    ];
    expect(responses.map(({ status }) => status)).toEqual([201, 409, 200, 400, 200, 200, 200, 200]);
    for (const [n, { text }] of responses.entries()) {
      // A field name of the client's own is given back to it, and shown nowhere else.
      if (n !== 3) expect(text).not.toContain(CANARY);
      expect(text).not.toContain('data_key');
      if (n < 7) expect(text).not.toContain('sealed');
    }
    expect(lines.join('')).not.toContain(CANARY);
    const stored = (await storage.merchants.find(aMerchantId('merchant-new')))._unsafeUnwrap();
    expect(stored?.processorConfig?.sealed).toBeTypeOf('string');
    expect(JSON.stringify(stored?.processorConfig)).not.toContain(CANARY);
    await ask('PATCH', '/merchants/merchant-new', { body: { processor_config: null } });
    const without = (await storage.merchants.find(aMerchantId('merchant-new')))._unsafeUnwrap();
    expect(without).not.toHaveProperty('processorConfig');
  });
});
