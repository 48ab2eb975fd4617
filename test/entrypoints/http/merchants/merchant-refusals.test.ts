import { describe, expect, it } from 'vitest';
import { merchantPage } from '../../../../src/entrypoints/http/merchants/merchant-schemas.ts';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { anHttpApp } from '../../../support/http-app.ts';
import { aClient } from '../../../support/http-client.ts';
import { aDesk, aMerchantBody, pay, tokenOf } from '../../../support/merchant-desk.ts';

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
    ['a reason without a suspension', aMerchantBody({ status_reason: 'x' })],
    ['a reason of an active one', aMerchantBody({ status: 'active', status_reason: 'x' })],
    ...['', '  ', 'x'.repeat(501), 'a\u0000b', 'a\u202eb', 'a\nb', 7, null].map(
      (status_reason) =>
        [
          `the reason ${JSON.stringify(status_reason).slice(0, 20)}`,
          aMerchantBody({ status: 'suspended', status_reason }),
        ] as const,
    ),
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
    { status: 'suspended', status_reason: 'Paid with 4111 1111 1111 1111' },
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
