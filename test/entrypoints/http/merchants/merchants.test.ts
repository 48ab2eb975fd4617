import { describe, expect, it } from 'vitest';
import { merchant, merchantPage } from '../../../../src/entrypoints/http/merchants/merchant-schemas.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { aMerchantId } from '../../../fixtures/changes.ts';
import { anHttpApp, aPaymentBody, aToken } from '../../../support/http-app.ts';
import { aClient } from '../../../support/http-client.ts';

const CANARY = 'sk_live_canary_4f1d';

const aMerchantBody = (rest: Readonly<Record<string, unknown>> = {}) => ({
  id: 'merchant-new',
  name: 'Café Zürich',
  email: 'owner@example.com',
  ...rest,
});

const adminToken = () => aToken({ permissions: ['admin'], merchant_id: undefined });
const tokenOf = (merchant_id: string, permissions: readonly string[] = ['payments']) =>
  aToken({ merchant_id, permissions });

/** The app, with requests of an admin unless `token` says otherwise. */
async function aDesk() {
  const { app, storage, lines } = await anHttpApp();
  const admin = await adminToken();
  const ask = async (
    method: string,
    path: string,
    { body, token = admin, headers = {} }: { body?: unknown; token?: string; headers?: object } = {},
  ) => {
    const response = await app.request(path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json: unknown = text === '' ? undefined : JSON.parse(text);
    return { response, status: response.status, text, json: json as Record<string, unknown> };
  };
  return { app, storage, lines, ask };
}

const pay = (key: string, rest: Readonly<Record<string, unknown>> = {}) =>
  aPaymentBody({ idempotency_key: key, ...rest });

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

  it('is for those with the permission `admin`, whether or not they have a merchant', async () => {
    const { ask } = await aDesk();
    const routes = [
      ['POST', '/merchants', aMerchantBody()],
      ['GET', '/merchants', undefined],
      ['GET', '/merchants/merchant-1', undefined],
      ['PATCH', '/merchants/merchant-1', { name: 'x' }],
    ] as const;
    const all = [
      'payments',
      'refunds',
      'customers',
      'transfers',
      'exports',
      'audit',
      'webhooks',
      'settlements',
    ];
    for (const [method, path, body] of routes) {
      const refused = await ask(method, path, { body, token: await tokenOf('merchant-1', all) });
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

describe('limits over HTTP', () => {
  const limited = async (rate_limits: object) => {
    const desk = await aDesk();
    await desk.ask('PATCH', '/merchants/merchant-1', { body: { rate_limits } });
    const token = await tokenOf('merchant-1');
    return { ...desk, pay: (body: unknown) => desk.ask('POST', '/payments', { token, body }) };
  };

  it('answer 429 with the time to wait, and repeat what is known', async () => {
    const desk = await limited({ payments_per_day: 2 });
    expect((await desk.pay(pay('one'))).status).toBe(201);
    expect((await desk.pay(pay('two', { payment_method: 'test_declined' }))).status).toBe(402);
    const refused = await desk.pay(pay('three'));
    expect(refused.status).toBe(429);
    expect(problem.parse(refused.json).code).toBe('rate_limited');
    const retryAfter = Number(refused.response.headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(86_400);
    for (const [key, status] of [
      ['one', 201],
      ['two', 402],
    ] as const) {
      const method = key === 'two' ? { payment_method: 'test_declined' } : {};
      const replayed = await desk.pay(pay(key, method));
      expect([replayed.status, replayed.response.headers.get('idempotency-replayed')]).toEqual([
        status,
        'true',
      ]);
    }
    const other = await desk.ask('POST', '/payments', {
      token: await tokenOf('merchant-2'),
      body: pay('one'),
    });
    expect(other.status).toBe(201);
    await desk.ask('PATCH', '/merchants/merchant-1', { body: { rate_limits: { payments_per_day: 3 } } });
    expect((await desk.pay(pay('three'))).status).toBe(201);
    expect((await desk.pay(pay('four'))).status).toBe(429);
  });

  it('count each item of a batch', async () => {
    const desk = await limited({ payments_per_day: 10 });
    const payments = Array.from({ length: 15 }, (_, n) => pay(`item-${n}`));
    const token = await tokenOf('merchant-1');
    const { json } = await desk.ask('POST', '/payments/batch', { token, body: { payments } });
    const statuses = (json['results'] as { status: number }[]).map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(5);
  });

  it('hold for many at once', async () => {
    const desk = await limited({ payments_per_day: 20 });
    const statuses = await Promise.all(
      Array.from({ length: 60 }, async (_, n) => (await desk.pay(pay(`k-${n}`))).status),
    );
    expect(statuses.filter((status) => status === 201)).toHaveLength(20);
    expect(statuses.filter((status) => status === 429)).toHaveLength(40);
  });

  it('refuse an amount that is over the merchant’s own', async () => {
    const desk = await limited({ max_payment_amount: 1_000 });
    const refused = await desk.pay(pay('one', { amount: 1_001 }));
    expect([refused.status, refused.json['code']]).toEqual([422, 'amount_over_limit']);
    expect((await desk.pay(pay('two', { amount: 1_000 }))).status).toBe(201);
  });
});

describe('what is refused when merchants are managed', () => {
  it.each<readonly [Readonly<Record<string, unknown>>, readonly string[]]>([
    [{ jpy: 1 }, ['jpy']],
    [{ XXX: 1 }, ['XXX']],
    [{ HRK: 1 }, ['HRK']],
    [{ USD: 1 }, ['USD']],
    [{ JPY: -1 }, ['JPY']],
    [{ JPY: 1.5, EUR: '1', CHF: true }, ['JPY', 'EUR', 'CHF']],
  ])('limits by currency such as %j are, by the currency', async (max_payment_amounts, currencies) => {
    const { app } = await anHttpApp();
    const admin = await aClient((path, init) => app.request(path, init), undefined, ['admin']);
    const bodies = [aMerchantBody({ id: 'm-9', rate_limits: { max_payment_amounts } })];
    for (const body of bodies) {
      const response = await admin.post('/merchants', body);
      const { errors } = (await response.json()) as { errors: readonly { path: string }[] };
      expect([response.status, errors.map(({ path }) => path)]).toEqual([
        400,
        currencies.map((code) => `rate_limits.max_payment_amounts.${code}`),
      ]);
    }
  });

  const invalid: readonly (readonly [string, unknown])[] = [
    ['no object', '[]'],
    ['null', 'null'],
    ['a text', '"x"'],
    ['broken JSON', '{"name":'],
    ['a name twice', '{"id":"m-1","name":"a","name":"b","email":"a@b.example"}'],
    ['__proto__', '{"id":"m-1","name":"a","email":"a@b.example","__proto__":{"status":"suspended"}}'],
    ['a NUL', aMerchantBody({ name: 'a\u0000b' })],
    ['a lone surrogate', '{"id":"m-1","name":"\\ud800","email":"a@b.example"}'],
    ['much too deep', '['.repeat(200_000)],
    ['an unknown field', aMerchantBody({ colour: 'red' })],
    ['a merchant_id', aMerchantBody({ merchant_id: 'merchant-1' })],
    ['a version', aMerchantBody({ version: 7 })],
    ['an empty name', aMerchantBody({ name: '' })],
    ['a blank name', aMerchantBody({ name: '   ' })],
    ['a name of 201 characters', aMerchantBody({ name: 'x'.repeat(201) })],
    ['a name that is a number', aMerchantBody({ name: 7 })],
    ['an email without @', aMerchantBody({ email: 'owner' })],
    ['an email of 255 characters', aMerchantBody({ email: `${'x'.repeat(243)}@example.com` })],
    ['an unknown status', aMerchantBody({ status: 'closed' })],
    ['features that are no list', aMerchantBody({ features: 'exports' })],
    ['a feature twice', aMerchantBody({ features: ['a', 'a'] })],
    ['51 features', aMerchantBody({ features: Array.from({ length: 51 }, (_, n) => `f${n}`) })],
    ['a feature in capitals', aMerchantBody({ features: ['Exports'] })],
    ['an unknown limit', aMerchantBody({ rate_limits: { payments_per_hour: 1 } })],
    ...['-1', '-0', '1.5', '"100"', '1e400', '1000000001', '9007199254740993', 'null', 'true'].map(
      (value) =>
        [
          `a limit of ${value}`,
          `{"id":"m-1","name":"a","email":"a@b.example","rate_limits":{"payments_per_minute":${value}}}`,
        ] as const,
    ),
    [
      'an amount beyond 2^53',
      '{"id":"m-1","name":"a","email":"a@b.example","rate_limits":{"max_payment_amount":9007199254740993}}',
    ],
    ['a config that is a text', aMerchantBody({ processor_config: 'secret' })],
    ['a config with a number', aMerchantBody({ processor_config: { key: 7 } })],
    ['a config with an object', aMerchantBody({ processor_config: { key: {} } })],
    ['an empty secret', aMerchantBody({ processor_config: { key: '' } })],
    [
      'a config that would not fit into its audit trail twice',
      aMerchantBody({
        processor_config: Object.fromEntries(
          Array.from({ length: 20 }, (_, n) => [`k${n}`, '中'.repeat(4_096)] as const),
        ),
      }),
    ],
    ['a secret of 4097 characters', aMerchantBody({ processor_config: { key: 'x'.repeat(4_097) } })],
    [
      '21 pairs of config',
      aMerchantBody({
        processor_config: Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`k${n}`, 'v'])),
      }),
    ],
  ];

  it.each(invalid)('%s', async (_title, body) => {
    const { ask } = await aDesk();
    const onPost = await ask('POST', '/merchants', { body });
    expect([onPost.status, problem.parse(onPost.json).code]).toEqual([400, 'invalid_request']);
    const change = typeof body === 'string' ? body : { ...(body as object), id: undefined };
    const onPatch = await ask('PATCH', '/merchants/merchant-1', { body: change });
    expect([onPatch.status, problem.parse(onPatch.json).code]).toEqual([400, 'invalid_request']);
    const listed = merchantPage.parse((await ask('GET', '/merchants')).json);
    expect(listed.items.map(({ id, version }) => `${id} ${version}`)).toEqual([
      'limited 1',
      'merchant-1 1',
      'merchant-2 1',
      'suspended 1',
    ]);
  });

  it.each(['', 'a b', 'a/b', 'é', 'x'.repeat(65), 'a.b', 7, null, undefined, ['merchant']])(
    'the id %j for a new merchant',
    async (id) => {
      const { ask } = await aDesk();
      const { status, json } = await ask('POST', '/merchants', { body: aMerchantBody({ id }) });
      expect([status, json['code']]).toEqual([400, 'invalid_request']);
    },
  );

  it.each([{}, { id: 'other' }, { processor_config: undefined }])('the change %j', async (body) => {
    const { ask } = await aDesk();
    expect((await ask('PATCH', '/merchants/merchant-1', { body })).status).toBe(400);
  });

  it.each([
    { name: '4111 1111 1111 1111' },
    { email: '4111111111111111@example.com' },
    { features: ['4111-1111-1111-1111'] },
    { processor_config: { key: '4111111111111111' } },
    { processor_config: { cvv: '123' } },
    { processor_config: { '4111111111111111': 'x' } },
  ])('card data: %j', async (rest) => {
    const { ask } = await aDesk();
    const onPost = await ask('POST', '/merchants', { body: aMerchantBody(rest) });
    expect([onPost.status, onPost.json['code']]).toEqual([422, 'pan_not_accepted']);
    const onPatch = await ask('PATCH', '/merchants/merchant-1', { body: rest });
    expect([onPatch.status, onPatch.json['code']]).toEqual([422, 'pan_not_accepted']);
  });

  it.each([
    'limit=0',
    'limit=-1',
    'limit=101',
    'limit=1e9',
    'limit=abc',
    'limit=5&limit=6',
    'colour=red',
    'cursor=',
    'cursor=forged',
    'status=active',
  ])('the list ?%s', async (query) => {
    const { ask } = await aDesk();
    const { status, json } = await ask('GET', `/merchants?${query}`);
    expect([status, problem.parse(json).status]).toEqual([400, 400]);
  });

  it('a cursor of another list', async () => {
    const { ask } = await aDesk();
    const token = await tokenOf('merchant-1');
    for (const key of ['one', 'two']) await ask('POST', '/payments', { token, body: pay(key) });
    const { json } = await ask('GET', '/payments?limit=1', { token });
    const foreign = await ask('GET', `/merchants?cursor=${encodeURIComponent(String(json['next_cursor']))}`);
    expect([foreign.status, foreign.json['code']]).toEqual([400, 'cursor_invalid']);
  });

  it('query parameters that mean nothing, other methods, other types and large bodies', async () => {
    const { ask } = await aDesk();
    const body = aMerchantBody();
    for (const [method, path] of [
      ['POST', '/merchants?dry=1'],
      ['GET', '/merchants/merchant-1?x=1'],
      ['PATCH', '/merchants/merchant-1?x=1'],
    ] as const)
      expect((await ask(method, path, method === 'GET' ? {} : { body })).status).toBe(400);
    const own = await tokenOf('merchant-1');
    expect((await ask('GET', '/merchant?x=1', { token: own })).status).toBe(400);
    for (const [method, path, allow] of [
      ['PUT', '/merchants', 'POST, GET, HEAD, OPTIONS'],
      ['DELETE', '/merchants/merchant-1', 'GET, PATCH, HEAD, OPTIONS'],
      ['POST', '/merchant', 'GET, HEAD, OPTIONS'],
    ] as const) {
      const { status, response } = await ask(method, path);
      expect([status, response.headers.get('allow')]).toEqual([405, allow]);
    }
    const typed = { 'content-type': 'text/plain' };
    expect((await ask('POST', '/merchants', { body, headers: typed })).status).toBe(415);
    expect((await ask('PATCH', '/merchants/merchant-1', { body, headers: typed })).status).toBe(415);
    const large = aMerchantBody({ processor_config: { key: 'x'.repeat(300_000) } });
    expect((await ask('POST', '/merchants', { body: large })).status).toBe(413);
  });
});
