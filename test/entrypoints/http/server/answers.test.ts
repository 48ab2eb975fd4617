import { describe, expect, it } from 'vitest';
import { problem } from '../../../../src/entrypoints/http/server/problem.ts';
import { anHttpApp, aPaymentBody, aRequest, aToken } from '../../../support/http-app.ts';

const text = (rest: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify(aPaymentBody({ idempotency_key: 'k', ...rest }));

describe('routing', () => {
  it.each([
    ['GET', '/'],
    ['GET', '/payments/'],
    ['POST', '/payments/batch/x'],
    ['GET', '/Payments'],
    ['GET', '/docs/package.json'],
    ['GET', '/docs/problems/nonsense'],
    ['DELETE', '/nonsense'],
  ])('answers %s %s with 404', async (method, path) => {
    const { app } = await anHttpApp();
    const response = await app.request(path, { method });
    expect(response.status).toBe(404);
    expect(problem.parse(await response.json()).code).toBe('route_not_found');
  });

  it.each([
    ['DELETE', '/payments', 'POST, GET, HEAD, OPTIONS'],
    ['PUT', '/payments/batch', 'POST, OPTIONS'],
    ['GET', '/payments/batch', 'POST, OPTIONS'],
    ['POST', '/payments/x', 'GET, HEAD, OPTIONS'],
    ['PATCH', '/healthz', 'GET, HEAD, OPTIONS'],
    ['POST', '/openapi.json', 'GET, HEAD, OPTIONS'],
    ['PROPFIND', '/payments', 'POST, GET, HEAD, OPTIONS'],
  ])(
    'answers %s %s with 405 and what is allowed, before it asks who is there',
    async (method, path, allow) => {
      const { app } = await anHttpApp();
      const response = await app.request(path, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe(allow);
      expect(problem.parse(await response.json()).code).toBe('method_not_allowed');
    },
  );

  it('answers OPTIONS with what is allowed and HEAD without a body', async () => {
    const { app } = await anHttpApp();
    const options = await app.request('/payments', { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST, GET, HEAD, OPTIONS']);
    const head = await app.request('/payments', await aRequest({ method: 'HEAD' }));
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('answers pages of other origins only when configured', async () => {
    const origin = 'https://shop.test';
    const preflight = { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST' } };
    const closed = await (await anHttpApp()).app.request('/payments', preflight);
    expect(closed.headers.has('access-control-allow-origin')).toBe(false);
    const { app } = await anHttpApp({ corsOrigins: [origin] });
    const open = await app.request('/payments', preflight);
    expect(open.headers.get('access-control-allow-origin')).toBe(origin);
    expect(open.headers.get('access-control-allow-headers')).toContain('If-Match,If-None-Match');
    const read = await app.request('/payments', await aRequest({ headers: { origin } }));
    expect(read.headers.get('access-control-expose-headers')).toContain('ETag');
    const foreign = { ...preflight, headers: { ...preflight.headers, origin: 'https://evil.test' } };
    expect((await app.request('/payments', foreign)).headers.has('access-control-allow-origin')).toBe(false);
  });
});

describe('every answer', () => {
  it('carries the request id it was given, or a new one', async () => {
    const { app } = await anHttpApp();
    const idOf = async (id: string) =>
      (await app.request('/healthz', { headers: { 'x-request-id': id } })).headers.get('x-request-id');
    for (const id of ['My-id_12', 'x'.repeat(64)]) expect(await idOf(id)).toBe(id);
    for (const id of ['', 'a b', 'a.b', '4242424242424242', '4242-4242_4242--4242', 'x'.repeat(65), 'é', '"'])
      expect(await idOf(id)).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('forbids caching and guessing of types', async () => {
    const { app } = await anHttpApp();
    for (const path of ['/payments', '/healthz', '/nonsense']) {
      const { headers } = await app.request(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toBe('no-store');
    }
  });
});

describe('a defect', () => {
  it('is answered with 500 and nothing of it, and logged by name and place', async () => {
    const { app, lines } = await anHttpApp({
      processPayment: () => {
        throw new TypeError('secret 4242424242424242');
      },
    });
    const response = await app.request('/payments', await aRequest({ body: text() }));
    expect(response.status).toBe(500);
    const body = await response.text();
    expect(problem.parse(JSON.parse(body)).code).toBe('internal_error');
    expect(body + lines.join()).not.toContain('secret');
    const line = JSON.parse(lines[0] ?? '') as { defect: { name: string; at: string[] } };
    expect(line.defect.name).toBe('TypeError');
    expect(line.defect.at[0]).toMatch(/^at /);
  });
});

describe('the log', () => {
  it('has one line a request, from an allow-list', async () => {
    const { app, lines } = await anHttpApp();
    const token = await aToken({ email: 'ada@example.test' });
    await app.request('/payments?status=failed', { headers: { authorization: `Bearer ${token}` } });
    await app.request('/payments', await aRequest({ body: text({ description: 'private', amount: -1 }) }));
    await app.request('/nonsense/secret');
    const [listed, refused, missed, ...rest] = lines.map(
      (line) => JSON.parse(line) as Record<string, unknown>,
    );
    expect(rest).toEqual([]);
    const fields = [
      'level',
      'time',
      'method',
      'route',
      'status',
      'duration_ms',
      'request_id',
      'merchant_id',
      'code',
    ];
    for (const line of [listed, refused, missed])
      expect(Object.keys(line ?? {}).filter((name) => !fields.includes(name))).toEqual([]);
    expect(listed).toMatchObject({
      method: 'GET',
      route: '/payments',
      status: 200,
      merchant_id: 'merchant-1',
    });
    expect(refused).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(missed).toMatchObject({ route: 'unmatched', status: 404, code: 'route_not_found' });
    expect(lines.join()).not.toMatch(/eyJ|Bearer|private|ada@|failed|secret/);
  });
});
