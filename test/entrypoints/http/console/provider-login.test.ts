import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/adapters/system/clock.ts';
import { consoleApp } from '../../../../src/entrypoints/http/console/console-app.ts';
import { consoleSessions } from '../../../../src/entrypoints/http/console/console-sessions.ts';
import {
  type LoginProvider,
  providerLogin,
} from '../../../../src/entrypoints/http/console/provider-login.ts';
import { tokenVerifier } from '../../../../src/entrypoints/http/server/authenticate.ts';
import { clientAddressBehind } from '../../../../src/entrypoints/http/server/client-address.ts';
import { jsonLogger } from '../../../../src/entrypoints/http/server/logger.ts';
import { platformMetrics } from '../../../../src/entrypoints/http/server/metrics.ts';
import { anHttpApp } from '../../../support/http-app.ts';
import { API, CONSOLE_CLIENT, type OidcIssuer, oidcIssuer } from '../../../support/oidc-issuer.ts';

const ORIGIN = 'http://localhost:8080';
const CALLBACK = `${ORIGIN}/console/login/callback`;

let issuer: OidcIssuer;
beforeAll(async () => {
  issuer = await oidcIssuer(CALLBACK);
});
afterAll(() => issuer.close());

async function aConsole(settings: Partial<LoginProvider> = {}) {
  const authenticate = tokenVerifier({
    kind: 'jwks',
    url: `${issuer.url}/jwks`,
    issuer: issuer.url,
    audience: API,
  });
  const { app: api, storage } = await anHttpApp({ authenticate });
  const lines: string[] = [];
  const provider = providerLogin({
    issuer: issuer.url,
    clientId: CONSOLE_CLIENT,
    origin: ORIGIN,
    scope: 'openid api',
    resource: API,
    ...settings,
  });
  const app = consoleApp({
    api,
    authenticate,
    provider,
    noteFailedAuthentication: () => {},
    sessions: consoleSessions({ leases: storage.leases, clock: systemClock }),
    codes: { take: () => undefined },
    live: false,
    metrics: platformMetrics(),
    log: jsonLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } }),
    clientAddress: clientAddressBehind([]),
    newRequestId: () => 'request-1',
  });
  const send = async (path: string, headers: Record<string, string> = {}) =>
    app.fetch(new Request(new URL(path, ORIGIN), { headers }));
  const begin = async (page?: string) => {
    const to = page === undefined ? '' : `?${new URLSearchParams({ return_to: page }).toString()}`;
    const response = await send(`/console/login${to}`);
    expect(response.status).toBe(303);
    const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');
    return { to: response.headers.get('location') ?? '', cookie };
  };
  return { send, begin, lines };
}

const cookiesOf = (response: Response) =>
  response.headers.getSetCookie().map((each) => each.split(';')[0] ?? '');

describe('a login with an OpenID provider', () => {
  it('ends in a session of the merchant that the provider’s token names', async () => {
    const { send, begin } = await aConsole();
    expect(await (await send('/console/session/ways')).json()).toEqual({
      token: true,
      provider: '/console/login',
    });
    const { to, cookie } = await begin();
    const back = await issuer.logIn(to, 'merchant-2');
    const response = await send(back.href, { cookie, 'sec-fetch-site': 'cross-site' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/console/']);
    const [session = '', login] = cookiesOf(response);
    expect([session.split('=')[0], login]).toEqual(['__Host-paywright', '__Host-paywright-login=']);
    const own = { cookie: session, 'sec-fetch-site': 'same-origin' };
    expect(await (await send('/console/session', own)).json()).toMatchObject({
      subject: 'merchant-2',
      merchant_id: 'merchant-2',
    });
    expect((await send('/console/api/payments', own)).status).toBe(200);
  });

  it.each([
    '/console/payments',
    '/console/payments?status=failed&created=2026-03-01%3A2026-03-31&metadata=order%3D1001',
    '/console/@merchant-2/payments/pay_0123456789abcdef0123456789abcdef',
    '/console/@merchant_2/',
    // The search is the page's own, whatever is written in it.
    '/console/overview?next=//evil.example&a=/console/login',
  ])('goes on at the page of this console where it was begun: %s', async (page) => {
    const { send, begin } = await aConsole();
    const { to, cookie } = await begin(page);
    expect(new URL(to).searchParams.has('return_to')).toBe(false);
    const response = await send((await issuer.logIn(to, 'merchant-1')).href, { cookie });
    expect([response.status, response.headers.get('location')]).toEqual([303, page]);
  });

  it.each([
    'https://evil.example/console/',
    '//evil.example',
    '//evil.example/console/payments',
    '/\\evil.example',
    '\\\\evil.example/console/',
    '/console//evil.example',
    '/console/\\evil.example',
    '/console/../payments',
    '/console/payments/../../..//evil.example',
    '/console/%2e%2e/payments',
    '/console/..%2f..%2fpayments',
    '/console/%2f%2fevil.example',
    '/console/%5c%5cevil.example',
    '%2F%2Fevil.example',
    '/console@evil.example',
    '/console:80@evil.example/',
    '/console.evil.example/',
    '/consoles/',
    '/payments',
    'console/payments',
    ' /console/payments',
    '/console/pay ments',
    '/console/payments\r\nLocation: https://evil.example',
    '/console/payments?a=b\r\nSet-Cookie: a=b',
    '/con\tsole/payments',
    '/console/payments\0',
    '/console/payments?name=ü',
    '/console/payments#code=abc',
    'javascript:alert(1)',
    'data:text/html,/console/',
    '/console/login',
    '/console/login/callback?code=a',
    '/console/session',
    '/console/api/payments/export',
    '/console/events',
    '/console/assets/app.js',
    '/console/index.html',
    '',
  ])('goes on at the first page, and keeps nothing, of what is none: %j', async (page) => {
    const { send, begin } = await aConsole();
    const { to, cookie } = await begin(page);
    expect(cookie).toMatch(/^__Host-paywright-login=[\w-]{43}\.[\w-]{43}$/);
    // Nor does it of a cookie that was made elsewhere.
    const made = `${cookie}~${Buffer.from(page).toString('base64url')}`;
    const response = await send((await issuer.logIn(to, 'merchant-1')).href, { cookie: made });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/console/']);
  });

  it('goes on at the first page where two are named, or the cookie holds none that can be read', async () => {
    const { send, begin } = await aConsole();
    const two = await send('/console/login?return_to=/console/payments&return_to=/console/webhooks');
    expect(two.headers.get('set-cookie')).toMatch(/=[\w-]{43}\.[\w-]{43};/);
    const { to, cookie } = await begin('/console/payments');
    const back = await issuer.logIn(to, 'merchant-1');
    const response = await send(back.href, { cookie: `${cookie.split('~')[0]}~!~` });
    expect(response.headers.get('location')).toBe('/console/');
  });

  it('has a cookie that a browser keeps, however long the page', async () => {
    const { begin } = await aConsole();
    const longest = `/console/payments?q=${'a'.repeat(2_000 - '/console/payments?q='.length)}`;
    const { cookie } = await begin(longest);
    expect(cookie).toContain('~');
    expect(cookie.length).toBeLessThan(3_900);
    for (const longer of [`${longest}a`, `/console/${'a'.repeat(100_000)}`])
      expect((await begin(longer)).cookie).not.toContain('~');
  });

  it('asks with PKCE, a state of its own each time, and its cookie is read by no script', async () => {
    const { send, begin } = await aConsole();
    const [first, second] = [await begin(), await begin()];
    const [one, two] = [first, second].map(({ to }) => new URL(to).searchParams);
    expect(one?.get('code_challenge_method')).toBe('S256');
    for (const name of ['state', 'code_challenge']) expect(one?.get(name)).not.toBe(two?.get(name));
    const cookie = (await send('/console/login?return_to=/console/payments')).headers.get('set-cookie') ?? '';
    for (const term of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) expect(cookie).toContain(term);
    // What proves that it was begun here never leaves for the provider with the browser.
    expect(first.to).not.toContain(first.cookie.split('.')[1]);
  });

  it.each([
    ['of another browser, which has no beginning', () => ''],
    ['of another beginning', (_: string, other: string) => other],
    ['whose beginning was changed', (own: string) => `${own.slice(0, -1)}${own.endsWith('A') ? 'B' : 'A'}`],
  ])('refuses an end %s', async (_, cookieFrom) => {
    const { send, begin, lines } = await aConsole();
    const [{ to, cookie }, other] = [await begin(), await begin()];
    const back = await issuer.logIn(to, 'merchant-1');
    const response = await send(back.href, { cookie: cookieFrom(cookie, other.cookie) });
    expect([response.status, await response.json()]).toMatchObject([401, { code: 'login_refused' }]);
    expect(cookiesOf(response)).toEqual(['__Host-paywright-login=']);
    expect(lines.at(-1)).not.toContain(new URL(back).searchParams.get('code') ?? '?');
  });

  it('sends a browser whose end is refused to the page where it began, without what it was given, to say so', async () => {
    const { send, begin } = await aConsole();
    const { to, cookie } = await begin('/console/payments?status=failed');
    const no = new URL(await issuer.logIn(to, 'merchant-1'));
    no.searchParams.delete('code');
    no.searchParams.set('error', 'access_denied');
    const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
    const refused = await send(no.href, { cookie, accept });
    expect([refused.status, refused.headers.get('location')]).toEqual([
      303,
      '/console/payments?status=failed#login=refused',
    ]);
    expect(cookiesOf(refused)).toEqual(['__Host-paywright-login=']);
    const foreign = await send(no.href, { accept });
    expect(foreign.headers.get('location')).toBe('/console/#login=refused');
  });

  it('refuses a code a second time, a code that is none, and a provider’s no', async () => {
    const { send, begin } = await aConsole();
    const { to, cookie } = await begin();
    const back = await issuer.logIn(to, 'merchant-1');
    expect((await send(back.href, { cookie })).status).toBe(303);
    expect((await send(back.href, { cookie })).status).toBe(401);
    const made = new URL(back);
    made.searchParams.set('code', 'made-up');
    expect((await send(made.href, { cookie })).status).toBe(401);
    made.searchParams.delete('code');
    made.searchParams.set('error', 'access_denied');
    expect((await send(made.href, { cookie })).status).toBe(401);
    expect((await send(CALLBACK, { cookie })).status).toBe(401);
  });

  it('refuses a token that the API would not believe', async () => {
    const { send, begin } = await aConsole();
    const { to, cookie } = await begin();
    const response = await send((await issuer.logIn(to, 'not a merchant!')).href, { cookie });
    expect(response.status).toBe(401);
    expect(cookiesOf(response)).toEqual(['__Host-paywright-login=']);
  });

  it('says 503 while the provider cannot be reached, and goes on when it can', async () => {
    const closed = await oidcIssuer(CALLBACK);
    await closed.close();
    const { send } = await aConsole({ issuer: closed.url });
    const response = await send('/console/login');
    expect([response.status, await response.json()]).toMatchObject([503, { code: 'login_unavailable' }]);
    const back = await oidcIssuer(CALLBACK, Number(new URL(closed.url).port));
    expect((await send('/console/login')).status).toBe(303);
    await back.close();
  });
});
