import { describe, expect, it } from 'vitest';
import { consolesOfTests, JSON_TYPE, OWN } from '../../../support/console-app.ts';
import { aPaymentBody, aToken } from '../../../support/http-app.ts';

const aConsole = consolesOfTests();

const take = (headers: Record<string, string>, key: string): RequestInit => ({
  method: 'POST',
  headers: { ...headers, ...JSON_TYPE, 'idempotency-key': key },
  body: JSON.stringify(aPaymentBody()),
});

describe('the console’s session', () => {
  it('comes for a bearer token, in a cookie that no script reads and no other site sends', async () => {
    const { login, send } = await aConsole();
    const response = await login({ token: await aToken() });
    expect(await response.json()).toMatchObject({
      subject: 'user-1',
      merchant_id: 'merchant-1',
      permissions: ['payments'],
      roles: [],
      live: true,
    });
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^__Host-paywright=[\w-]{43}\.[\w-]+; /);
    for (const term of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Strict']) expect(cookie).toContain(term);
    const again = await send('/console/session', { headers: { cookie: cookie.split(';')[0] ?? '' } });
    expect(await again.json()).toMatchObject({ subject: 'user-1' });
  });

  it('comes for the code of a link once, and not after five minutes', async () => {
    const { login, codes, clock } = await aConsole();
    const code = codes.issue(await aToken());
    expect((await login({ code })).status).toBe(200);
    expect((await login({ code })).status).toBe(401);
    const late = codes.issue(await aToken());
    clock.move(5 * 60_000);
    expect((await login({ code: late })).status).toBe(401);
    expect((await login({ code: 'x' })).status).toBe(401);
  });

  it('never comes for a token that the API refuses, which is counted by the merchant it claims', async () => {
    const { login, refused } = await aConsole();
    const [head, payload] = (await aToken()).split('.');
    const response = await login({ token: `${head}.${payload}.AAAA` });
    expect([response.status, response.headers.get('set-cookie')]).toEqual([401, null]);
    expect((await login({ token: await aToken({ exp: 1 }) })).status).toBe(401);
    expect(refused).toEqual(['merchant-1', 'merchant-1']);
  });

  it('refuses bodies that are none', async () => {
    const { login, send } = await aConsole();
    const [code, token] = ['a', await aToken()];
    for (const body of [{}, { code, token }, { code: 1 }, { token: '' }, [token]])
      expect((await login(body)).status).toBe(400);
    const form = { method: 'POST', headers: OWN, body: new URLSearchParams({ token }) };
    expect((await send('/console/session', form)).status).toBe(415);
    expect((await send('/console/session', { method: 'PUT', headers: OWN })).status).toBe(405);
  });

  it('refuses a token that fits no cookie, and leaves none behind', async () => {
    const { login } = await aConsole();
    const response = await login({ token: await aToken({ permissions: ['payments', 'x'.repeat(3_000)] }) });
    expect([response.status, response.headers.get('set-cookie')]).toEqual([422, null]);
    expect(await response.json()).toMatchObject({ code: 'token_too_long' });
  });

  it('is worth nothing after the logout, in whosever hands', async () => {
    const { send, loggedIn } = await aConsole();
    const headers = await loggedIn();
    expect((await send('/console/api/payments', { headers })).status).toBe(200);
    const out = await send('/console/session', { method: 'DELETE', headers });
    expect([out.status, out.headers.get('set-cookie')]).toEqual([204, expect.stringContaining('Max-Age=0')]);
    expect((await send('/console/api/payments', { headers })).status).toBe(401);
    expect((await send('/console/session', { headers })).status).toBe(401);
    expect((await send('/console/api/payments', take(headers, 'stolen'))).status).toBe(401);
  });
});

describe('the API below the console', () => {
  it('is of the merchant in its path for administrators, and of no other for anyone else', async () => {
    const { send, loggedIn } = await aConsole();
    const admin = await loggedIn({ merchant_id: undefined, permissions: ['admin', 'payments'] });
    const own = await loggedIn();
    const ids = async (path: string, headers: Record<string, string>) => {
      const answer = await send(path, { headers });
      const { items, code } = (await answer.json()) as { items?: { id: string }[]; code?: string };
      return items?.map(({ id }) => id) ?? `${answer.status} ${code}`;
    };
    const paid = await send('/console/api/@merchant-1/payments', take(admin, 'order'));
    const { id } = (await paid.json()) as { id: string };
    expect(await ids('/console/api/@merchant-1/payments', admin)).toEqual([id]);
    expect(await ids('/console/api/@merchant-2/payments', admin)).toEqual([]);
    const said = { ...admin, 'paywright-merchant': 'merchant-1' };
    expect(await ids('/console/api/@merchant-2/payments?limit=1', said)).toEqual([]);
    expect(await ids('/console/api/@merchant-1/payments', own)).toEqual([id]);
    expect(await ids('/console/api/@merchant-2/payments', own)).toBe('403 merchant_not_allowed');
    expect(await ids('/console/api/@merchant-9/payments', admin)).toBe('404 merchant_not_found');
    for (const path of ['@', '@merchant%2D1', '@a,b'])
      expect(await ids(`/console/api/${path}/payments`, admin)).toBe('400 invalid_request');
    expect(await ids('/console/api/@merchant-1', admin)).toBe('404 route_not_found');
    expect(await ids('/console/api/@merchant-1/@merchant-2/payments', admin)).toBe('404 route_not_found');
  });

  it('takes, repeats and shows payments as it does with the session’s token', async () => {
    const { send, loggedIn, lines } = await aConsole();
    const headers = await loggedIn();
    const first = await send('/console/api/payments', take(headers, 'order-1'));
    const again = await send('/console/api/payments', take(headers, 'order-1'));
    expect([first.status, again.status, again.headers.get('idempotency-replayed')]).toEqual([
      201,
      201,
      'true',
    ]);
    const text = await first.text();
    expect(await again.text()).toBe(text);
    const page = await send('/console/api/payments?limit=1', { headers });
    expect(await page.json()).toMatchObject({ items: [{ id: JSON.parse(text).id }] });
    // Observed once, where it is served.
    expect(lines.filter((line) => line.includes('/console/api'))).toEqual([]);
  });

  it('holds each session to its own merchant and permissions', async () => {
    const { send, loggedIn } = await aConsole();
    const mine = await loggedIn();
    const taken = (await (await send('/console/api/payments', take(mine, 'mine'))).json()) as { id: string };
    const other = await loggedIn({ merchant_id: 'merchant-2' });
    expect((await send(`/console/api/payments/${taken.id}`, { headers: other })).status).toBe(404);
    const none = await loggedIn({ permissions: [] });
    expect((await send('/console/api/payments', { headers: none })).status).toBe(403);
  });

  it.each([
    ['another site’s page', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['a page of a sibling host', { 'sec-fetch-site': 'same-site', origin: 'http://other.localhost' }],
    ['a page of another origin in a browser without fetch metadata', { origin: 'https://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
    ['a client that says nothing of where it is', {}],
    ['an address that was typed', { 'sec-fetch-site': 'none' }],
    [
      'a lie about the site beside another origin',
      { 'sec-fetch-site': 'same-origin', origin: 'http://evil' },
    ],
  ])('does nothing for %s that has the cookie', async (_, from) => {
    const { send, loggedIn } = await aConsole();
    const { cookie, ...own } = await loggedIn();
    const foreign = { ...(from as Record<string, string>), cookie };
    const response = await send('/console/api/payments', take(foreign, 'foreign'));
    expect([response.status, await response.json()]).toMatchObject([403, { code: 'foreign_page' }]);
    expect((await send('/console/session', { method: 'DELETE', headers: foreign })).status).toBe(403);
    const page = await send('/console/api/payments', { headers: { ...own, cookie } });
    expect(await page.json()).toMatchObject({ items: [] });
  });

  it('shows nothing to another site’s page that has the cookie', async () => {
    const { send, loggedIn } = await aConsole();
    const { cookie } = await loggedIn();
    const headers = { cookie, 'sec-fetch-site': 'cross-site' };
    expect((await send('/console/api/payments', { headers })).status).toBe(403);
    expect((await send('/console/events', { headers })).status).toBe(403);
  });

  it('takes no token beside the cookie for the session’s', async () => {
    const { send, loggedIn } = await aConsole();
    const headers = {
      ...(await loggedIn()),
      authorization: `Bearer ${await aToken({ merchant_id: 'merchant-2' })}`,
    };
    await send('/console/api/payments', take(headers, 'one'));
    const { authorization: _, ...own } = headers;
    expect(await (await send('/console/api/payments', { headers: own })).json()).toMatchObject({
      items: [{ merchant_id: 'merchant-1' }],
    });
    const alone = { ...OWN, authorization: headers.authorization };
    expect((await send('/console/api/payments', { headers: alone })).status).toBe(401);
  });

  it('logs a refusal once, with its route and without the cookie', async () => {
    const { send, lines } = await aConsole();
    await send('/console/api/payments?a=b', { headers: { ...OWN, cookie: '__Host-paywright=abc.def' } });
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ route: '/console/api/*', status: 401 }]);
    expect(lines.join()).not.toContain('abc.def');
  });
});
