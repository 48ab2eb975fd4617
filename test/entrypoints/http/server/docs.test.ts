import { errAsync, okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { APPROVALS } from '../../../../src/entrypoints/http/approvals/approvals-app.ts';
import { metricsText } from '../../../../src/entrypoints/http/operation/operation.ts';
import { platformMetrics } from '../../../../src/entrypoints/http/server/metrics.ts';
import { anHttpApp, aPaymentBody, aRequest } from '../../../support/http-app.ts';

type Example = Readonly<{ example?: unknown }>;
type Document = Readonly<{
  openapi: string;
  paths: Record<
    string,
    Record<
      string,
      { security?: unknown; responses: Record<string, { description: string }>; requestBody?: unknown }
    >
  >;
  components: { schemas: Record<string, Example>; securitySchemes: Record<string, unknown> };
}>;

async function theDocument(parts: Parameters<typeof anHttpApp>[0] = {}) {
  const { app } = await anHttpApp(parts);
  return (await (await app.request('/openapi.json')).json()) as Document;
}

describe('/openapi.json', () => {
  it('is an OpenAPI 3.1 document of every route', async () => {
    const { openapi, paths, components } = await theDocument();
    expect(openapi).toBe('3.1.0');
    expect(
      Object.entries(paths)
        .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
        .sort(),
    ).toEqual([
      'delete /customers/{id}',
      'delete /customers/{id}/payment_methods/{pm}',
      'delete /export_schedules/{id}',
      'delete /webhook_endpoints/{id}',
      'get /audit',
      'get /audit/report',
      'get /balance',
      'get /customers',
      'get /customers/{id}',
      'get /disputes',
      'get /disputes/{id}',
      'get /events',
      'get /exceptions',
      'get /exceptions/{id}',
      'get /export_schedules',
      'get /export_schedules/{id}',
      'get /exports',
      'get /exports/{id}',
      'get /healthz',
      'get /idempotency_keys/{key}',
      'get /ledger/entries',
      'get /merchant',
      'get /merchants',
      'get /merchants/{id}',
      'get /metrics',
      'get /objects/{link}',
      'get /payments',
      'get /payments/export',
      'get /payments/summary',
      'get /payments/{id}',
      'get /readyz',
      'get /reconciliations',
      'get /reconciliations/{id}',
      'get /reconciliations/{id}/rows',
      'get /settlements',
      'get /settlements/{id}',
      'get /settlements/{id}/exceptions',
      'get /settlements/{id}/items',
      'get /transfers/{id}',
      'get /webhook_deliveries',
      'get /webhook_deliveries/{id}',
      'get /webhook_endpoints',
      'get /webhook_endpoints/{id}',
      'patch /customers/{id}',
      'patch /exceptions/{id}',
      'patch /export_schedules/{id}',
      'patch /merchants/{id}',
      'patch /webhook_endpoints/{id}',
      'post /customers',
      'post /customers/{id}/payment_methods',
      'post /exceptions/resolve',
      'post /exceptions/{id}/confirm',
      'post /exceptions/{id}/reject',
      'post /exceptions/{id}/resolve',
      'post /export_schedules',
      'post /exports',
      'post /exports/{id}/cancel',
      'post /merchants',
      'post /payments',
      'post /payments/batch',
      'post /payments/export',
      'post /payments/{id}/capture',
      'post /payments/{id}/refunds',
      'post /payments/{id}/void',
      'post /processors/stripe/webhook',
      'post /reconciliations',
      'post /transfers',
      'post /webhook_deliveries/{id}/replay',
      'post /webhook_endpoints',
      'post /webhook_endpoints/{id}/replay_failed',
      'post /webhook_endpoints/{id}/rotate_secret',
      'post /webhook_endpoints/{id}/test',
      'put /objects/{link}',
    ]);
    expect(components.securitySchemes).toEqual({
      bearer: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: expect.stringContaining('contradicts itself is answered 401'),
      },
    });
    expect(paths['/payments']?.['post']?.security).toEqual([{ bearer: [] }]);
    expect(components.schemas['NewPayment']).toMatchObject({ additionalProperties: false });
  });

  it('gives examples that work', async () => {
    const { components } = await theDocument();
    const { app } = await anHttpApp();
    const single = await aRequest({
      body: JSON.stringify(components.schemas['NewPayment']?.example),
      headers: { 'idempotency-key': 'order-1001' },
    });
    expect((await app.request('/payments', single)).status).toBe(201);
    const batch = await aRequest({ body: JSON.stringify(components.schemas['NewBatch']?.example) });
    expect(await (await app.request('/payments/batch', batch)).json()).toMatchObject({
      succeeded: 1,
      failed: 1,
    });
  });
});

describe('/docs', () => {
  it('loads nothing from elsewhere and runs no script of its own page', async () => {
    const { app } = await anHttpApp();
    const page = await app.request('/docs');
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(html).not.toMatch(/https?:|<script>|\son\w+=/);
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '');
    expect(links).toHaveLength(5);
    for (const link of links) {
      const response = await app.request(link);
      expect(response.status).toBe(200);
      expect((await response.text()).length).toBeGreaterThan(50);
    }
  });

  it('sends a file that a client has again only when it is another', async () => {
    const { app } = await anHttpApp();
    for (const path of [
      '/openapi.json',
      '/docs',
      '/docs/swagger-ui-bundle.js',
      '/docs/problems/unauthenticated',
    ]) {
      const first = await app.request(path);
      const etag = first.headers.get('etag') ?? '';
      const cache = first.headers.get('cache-control');
      expect([path, cache]).toEqual([path, path.endsWith('.js') ? 'public, max-age=86400' : 'no-cache']);
      expect(first.headers.get('content-length')).toBe(String((await first.arrayBuffer()).byteLength));
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await app.request(path, { headers: { 'if-none-match': known } });
        expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
      }
      for (const other of ['"other"', etag.replaceAll('"', ''), `${etag.slice(0, -2)}"`])
        expect((await app.request(path, { headers: { 'if-none-match': other } })).status).toBe(200);
    }
  });

  it('holds a file once, however many read it, and cuts nothing off its pieces before they are asked for', async () => {
    const { app } = await anHttpApp();
    const readers = await Promise.all(
      Array.from({ length: 3 }, async () =>
        (await app.request('/docs/swagger-ui-bundle.js')).body?.getReader(),
      ),
    );
    const pieces = await Promise.all(readers.map(async (reader) => reader?.read()));
    const [first] = pieces;
    expect(first?.value?.buffer.byteLength).toBeGreaterThan(1_000_000);
    expect(first?.value?.byteLength).toBeLessThanOrEqual(65_536);
    for (const piece of pieces) expect(piece?.value?.buffer).toBe(first?.value?.buffer);
  });

  it('has a page for every code that the document names, and for those of no route', async () => {
    const { app } = await anHttpApp({ besides: APPROVALS });
    const { paths } = await theDocument({ besides: APPROVALS });
    const responses = Object.values(paths)
      .flatMap((methods) => Object.values(methods))
      .flatMap((operation) => Object.entries(operation.responses));
    const codes = responses
      .filter(([status]) => Number(status) >= 400)
      .flatMap(([, { description }]) => [...description.matchAll(/`(\w+)`/g)].map(([, code]) => code));
    expect(new Set(codes).size).toBeGreaterThan(50);
    for (const code of new Set([...codes, 'route_not_found', 'method_not_allowed'])) {
      const response = await app.request(`/docs/problems/${code}`);
      expect([code, response.status]).toEqual([code, 200]);
      expect(await response.text()).toContain(code);
    }
    expect(codes).toContain('card_declined');
    expect(codes).toContain('duplicate_incident');
  });
});

describe('/metrics', () => {
  it('counts payments, keys and requests', async () => {
    const { app } = await anHttpApp();
    const pay = async (rest: object) =>
      app.request(
        '/payments',
        await aRequest({ body: JSON.stringify(aPaymentBody({ idempotency_key: 'k', ...rest })) }),
      );
    await pay({});
    await pay({});
    await pay({ amount: 1 });
    await pay({ idempotency_key: 'l', payment_method: 'test_declined' });
    const text = await (await app.request('/metrics')).text();
    expect(text).toContain('paywright_payments_total{status="succeeded"} 1');
    expect(text).toContain('paywright_payments_total{status="failed"} 1');
    expect(text).toContain('paywright_idempotency_total{outcome="replayed"} 1');
    expect(text).toContain('paywright_idempotency_total{outcome="reused"} 1');
    expect(text).toContain(
      'paywright_http_request_seconds_count{method="POST",route="/payments",status="201"} 2',
    );
    expect(text).toContain('paywright_http_requests_in_flight 1');
    expect(text).toContain('process_cpu_seconds_total');
  });

  it('is read with the scraper’s token alone where one is set', async () => {
    const token = 'mR8vQ2xK0nZ5wTf1LbYc7GdHj4SpAe9U';
    const metrics = platformMetrics();
    const readable = { access: { kind: 'token', token }, read: () => metricsText(metrics) } as const;
    const { app } = await anHttpApp({ metrics, readable });
    for (const authorization of [undefined, `Bearer ${token}x`, `bearer${token}`, token]) {
      const refused = await app.request('/metrics', { headers: authorization ? { authorization } : {} });
      expect(refused.status).toBe(401);
      expect(await refused.text()).not.toContain('paywright_payments_total');
    }
    const read = await app.request('/metrics', { headers: { authorization: `Bearer ${token}` } });
    expect(await read.text()).toContain('paywright_payments_total');
  });

  it.each(['localhost:8080', 'LOCALHOST', 'api.localhost', '127.0.0.1:8080', '127.1', '[::1]:8080'])(
    'is open where no other machine asks, under %s',
    async (host) => {
      const { app } = await anHttpApp();
      expect((await app.request(`http://${host}/metrics`)).status).toBe(200);
    },
  );

  it.each(['evil.example', '127.0.0.1.evil.example', 'notlocalhost', '192.0.2.1:8080', '[::2]'])(
    'is refused to a page whose name, %s, was led to this machine',
    async (host) => {
      const { app } = await anHttpApp();
      const refused = await app.request(`http://${host}/metrics`);
      expect(refused.status).toBe(401);
      expect(await refused.text()).not.toContain('paywright_payments_total');
    },
  );

  it('is no route where it has a listener of its own', async () => {
    const { app } = await anHttpApp({
      readable: { access: { kind: 'elsewhere' }, read: () => Promise.reject(new Error('it was read')) },
    });
    expect((await app.request('/metrics')).status).toBe(404);
  });

  it('belong to one app', async () => {
    const first = await anHttpApp();
    const second = await anHttpApp();
    await first.app.request('/healthz');
    expect(await (await second.app.request('/metrics')).text()).not.toContain('route="/healthz"');
  });
});

describe('/healthz and /readyz', () => {
  it('answer without a token', async () => {
    const { app } = await anHttpApp();
    expect(await (await app.request('/healthz')).json()).toEqual({ status: 'ok' });
    expect(await (await app.request('/readyz')).json()).toEqual({ status: 'ready', storage: 'memory' });
  });

  it('say how keys are that a service keeps, and go on serving what needs none', async () => {
    for (const [check, keys] of [
      [() => okAsync(undefined), 'usable'],
      [() => errAsync({ kind: 'KeysUnusable', reason: 'disabled', cause: undefined } as const), 'disabled'],
    ] as const) {
      const { app } = await anHttpApp({ keysHealth: { check } });
      const ready = await app.request('/readyz');
      expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready', storage: 'memory', keys }]);
    }
  });

  it('say how the secret of tokens is that a service keeps', async () => {
    for (const [check, token_secret] of [
      [() => okAsync(undefined), 'usable'],
      [() => errAsync({ kind: 'SecretUnusable', reason: 'denied', cause: undefined } as const), 'denied'],
    ] as const) {
      const { app } = await anHttpApp({ secretHealth: { check } });
      const ready = { status: 'ready', storage: 'memory', token_secret };
      expect(await (await app.request('/readyz')).json()).toEqual(ready);
    }
  });
});
