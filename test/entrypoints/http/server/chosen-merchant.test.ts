import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../../src/adapters/memory/storage.ts';
import { anHttpApp, aPaymentBody, aToken } from '../../../support/http-app.ts';
import { aClient } from '../../../support/http-client.ts';

const PERMITTED = ['admin', 'payments', 'audit', 'transfers'];
const ADMINISTRATOR = { sub: 'root', merchant_id: undefined, permissions: PERMITTED };

/** One administrator, and requests for the merchants that they choose. */
async function aDesk() {
  const { app, lines } = await anHttpApp({}, memoryStorage());
  const token = await aToken(ADMINISTRATOR);
  const ask = async (
    path: string,
    merchant: string | undefined,
    { claims, ...init }: RequestInit & { claims?: object } = {},
  ) =>
    app.request(path, {
      ...init,
      headers: {
        authorization: `Bearer ${claims === undefined ? token : await aToken({ ...ADMINISTRATOR, ...claims })}`,
        ...(merchant === undefined ? {} : { 'paywright-merchant': merchant }),
        ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(init.headers as Record<string, string> | undefined),
      },
    });
  const pay = (merchant: string, key: string, amount = 1250) =>
    ask('/payments', merchant, {
      method: 'POST',
      headers: { 'idempotency-key': key },
      body: JSON.stringify(aPaymentBody({ amount })),
    });
  const owner = (merchant: string, permissions = ['payments', 'audit']) =>
    aClient((path, init) => app.request(path, init), merchant, permissions);
  return { app, ask, pay, owner, lines };
}

const idsOf = async (answer: Response): Promise<readonly string[]> =>
  ((await answer.json()) as { items: { id: string }[] }).items.map(({ id }) => id);

describe('the header `Paywright-Merchant`', () => {
  it('has an administrator act for the merchant that it names, request by request', async () => {
    const { ask, pay, owner, lines } = await aDesk();
    const { id, merchant_id } = (await (await pay('merchant-1', 'one')).json()) as Record<string, string>;
    expect(merchant_id).toBe('merchant-1');
    expect(await idsOf(await ask('/payments', 'merchant-1'))).toEqual([id]);
    expect(await idsOf(await ask('/payments', 'merchant-2'))).toEqual([]);
    expect((await ask(`/payments/${id}`, 'merchant-2')).status).toBe(404);
    expect(await (await ask('/merchant', 'suspended')).json()).toMatchObject({ id: 'suspended' });
    expect(await idsOf(await (await owner('merchant-1')).get('/payments'))).toEqual([id]);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ route: '/payments', merchant_id: 'merchant-1' });
  });

  it.each<readonly [what: string, header: string | undefined, claims: object, status: number, code: string]>([
    [
      'names another merchant than the token',
      'merchant-2',
      { merchant_id: 'merchant-1' },
      403,
      'merchant_not_allowed',
    ],
    ['names none that there is', 'merchant-9', {}, 404, 'merchant_not_found'],
    ['is left out', undefined, {}, 401, 'unauthenticated'],
    ['is empty', '', {}, 400, 'invalid_request'],
    ['is no id', '../merchant-1', {}, 400, 'invalid_request'],
    ['names two', 'merchant-1, merchant-2', {}, 400, 'invalid_request'],
    ['is the tenant of jobs', '~jobs', {}, 400, 'invalid_request'],
    [
      'is sent by others than administrators',
      'merchant-1',
      { permissions: ['payments'] },
      403,
      'permission_missing',
    ],
    [
      'comes without the permission of the route',
      'merchant-1',
      { permissions: ['admin'] },
      403,
      'permission_missing',
    ],
    [
      'names one that is not there, without that permission',
      'merchant-9',
      { permissions: ['admin'] },
      403,
      'permission_missing',
    ],
  ])('that %s is refused', async (_, header, claims, status, code) => {
    const { ask, lines } = await aDesk();
    for (const path of ['/payments', '/payments/summary']) {
      const answer = await ask(path, header, { claims });
      expect([answer.status, await answer.json()]).toEqual([status, expect.objectContaining({ code })]);
    }
    expect(lines.filter((line) => line.includes('"merchant_id":"merchant-2"'))).toEqual([]);
  });

  it('is named to administrators who leave it out, and not to others', async () => {
    const { ask } = await aDesk();
    const left = await ask('/payments', undefined);
    expect([left.status, left.headers.get('www-authenticate'), await left.json()]).toEqual([
      401,
      'Bearer error="invalid_token"',
      expect.objectContaining({
        code: 'unauthenticated',
        title: 'A valid bearer token is required',
        detail: expect.stringContaining('`Paywright-Merchant`'),
      }),
    ]);
    for (const claims of [{ permissions: ['payments'] }, { exp: 1 }])
      expect(await (await ask('/payments', undefined, { claims })).json()).toMatchObject({
        code: 'unauthenticated',
        detail: 'Send `Authorization: Bearer …` with a token that is valid for this service.',
      });
  });

  it('may repeat what the token says', async () => {
    const { ask } = await aDesk();
    const claims = { merchant_id: 'merchant-1', permissions: ['payments'] };
    expect((await ask('/payments', 'merchant-1', { claims })).status).toBe(200);
  });

  it('changes nothing of other requests of its token, however many are under way', async () => {
    const { ask, pay } = await aDesk();
    const merchants = ['merchant-1', 'merchant-2'] as const;
    const paid = new Map<string, string[]>();
    for (const merchant of merchants)
      for (const key of ['a', 'b', 'c']) {
        const { id } = (await (await pay(merchant, key)).json()) as { id: string };
        paid.set(merchant, [id, ...(paid.get(merchant) ?? [])]);
      }
    const order = Array.from({ length: 60 }, (_, n) => merchants[(n * 7 + (n >> 2)) % 2] ?? 'merchant-1');
    const seen = await Promise.all(order.map(async (merchant) => idsOf(await ask('/payments', merchant))));
    expect(seen).toEqual(order.map((merchant) => paid.get(merchant)));
    expect((await ask('/payments', undefined)).status).toBe(401);
  });

  it('gives each merchant idempotency keys of its own, which are those of its own tokens', async () => {
    const { pay, owner } = await aDesk();
    const first = await pay('merchant-1', 'order');
    const other = await pay('merchant-2', 'order', 999);
    const again = await pay('merchant-1', 'order');
    expect(
      [first, other, again].map(({ status, headers }) => [status, headers.get('idempotency-replayed')]),
    ).toEqual([
      [201, null],
      [201, null],
      [201, 'true'],
    ]);
    const text = await first.text();
    expect(await again.text()).toBe(text);
    expect(await other.json()).toMatchObject({ merchant_id: 'merchant-2', amount: 999 });
    const own = await (await owner('merchant-1')).post('/payments', aPaymentBody(), 'order');
    expect([own.headers.get('idempotency-replayed'), await own.text()]).toEqual(['true', text]);
  });

  it('is never answered that what another merchant was shown is the newest still', async () => {
    const { ask } = await aDesk();
    const one = await ask('/merchant', 'merchant-1');
    const seen = { headers: { 'if-none-match': one.headers.get('etag') ?? '' } };
    const two = await ask('/merchant', 'merchant-2', seen);
    expect(two.headers.get('etag')).toBe(one.headers.get('etag'));
    expect([two.status, await two.json()]).toEqual([200, expect.objectContaining({ id: 'merchant-2' })]);
    expect(two.headers.get('cache-control')).toBe('no-store');
    const claims = { merchant_id: 'merchant-1' };
    expect((await ask('/merchant', undefined, { ...seen, claims })).status).toBe(304);
  });

  it('leaves no cursor that leads from one merchant to another', async () => {
    const { ask, pay } = await aDesk();
    for (const key of ['a', 'b'])
      for (const merchant of ['merchant-1', 'merchant-2']) await pay(merchant, key);
    const page = (await (await ask('/payments?limit=1', 'merchant-1')).json()) as { next_cursor: string };
    const rest = `/payments?limit=1&cursor=${encodeURIComponent(page.next_cursor)}`;
    expect((await ask(rest, 'merchant-1')).status).toBe(200);
    const refused = await ask(rest, 'merchant-2');
    expect([refused.status, await refused.json()]).toEqual([
      400,
      expect.objectContaining({ code: 'cursor_invalid' }),
    ]);
  });

  it('counts against the limits of that merchant alone', async () => {
    const { ask, pay, owner } = await aDesk();
    const body = JSON.stringify({ rate_limits: { payments_per_day: 1 } });
    await ask('/merchants/merchant-1', undefined, { method: 'PATCH', body });
    expect((await pay('merchant-1', 'one')).status).toBe(201);
    expect((await pay('merchant-1', 'two')).status).toBe(429);
    expect((await pay('merchant-2', 'two')).status).toBe(201);
    expect((await (await owner('merchant-1')).post('/payments', aPaymentBody(), 'three')).status).toBe(429);
  });

  it('leaves the administrator on record, whom the merchant is shown as one', async () => {
    const { ask, pay, owner } = await aDesk();
    await pay('merchant-1', 'one');
    const actors = async (answer: Response) => [
      ...new Set(
        ((await answer.json()) as { items: { actor: object }[] }).items.map(({ actor }) =>
          JSON.stringify(actor),
        ),
      ),
    ];
    expect(await actors(await ask('/audit?entity_type=payment', 'merchant-1'))).toEqual([
      JSON.stringify({ id: 'root', type: 'admin' }),
    ]);
    expect(await actors(await (await owner('merchant-1')).get('/audit?entity_type=payment'))).toEqual([
      JSON.stringify({ id: 'administrator', type: 'admin' }),
    ]);
  });
});
