import { describe, expect, it } from 'vitest';
import { APPROVALS } from '../../../../src/entrypoints/http/approvals/approvals-app.ts';
import { anHttpApp, aRequest } from '../../../support/http-app.ts';

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
      'get /audit/chain',
      'get /audit/report',
      'get /balance',
      'get /cost',
      'get /customers',
      'get /customers/{id}',
      'get /disputes',
      'get /disputes/{id}',
      'get /events',
      'get /events/stream',
      'get /exceptions',
      'get /exceptions/{id}',
      'get /export_schedules',
      'get /export_schedules/{id}',
      'get /exports',
      'get /exports/{id}',
      'get /healthz',
      'get /idempotency_keys/{key}',
      'get /ledger/entries',
      'get /ledger/statement',
      'get /merchant',
      'get /merchants',
      'get /merchants/{id}',
      'get /metrics',
      'get /objects/{link}',
      'get /outbox/parked',
      'get /outbox/unsent',
      'get /payments',
      'get /payments/export',
      'get /payments/summary',
      'get /payments/{id}',
      'get /readyz',
      'get /reconciliations',
      'get /reconciliations/{id}',
      'get /reconciliations/{id}/rows',
      'get /refunds',
      'get /reports/payments',
      'get /search',
      'get /settlements',
      'get /settlements/{id}',
      'get /settlements/{id}/exceptions',
      'get /settlements/{id}/items',
      'get /system',
      'get /system/dead_letters',
      'get /system/jobs',
      'get /system/webhook_deliveries',
      'get /transfers',
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
      'post /disputes/{id}/accept',
      'post /exceptions/resolve',
      'post /exceptions/{id}/confirm',
      'post /exceptions/{id}/reject',
      'post /exceptions/{id}/resolve',
      'post /export_schedules',
      'post /exports',
      'post /exports/{id}/cancel',
      'post /merchants',
      'post /outbox/{id}/unpark',
      'post /payments',
      'post /payments/batch',
      'post /payments/export',
      'post /payments/{id}/capture',
      'post /payments/{id}/confirm',
      'post /payments/{id}/refunds',
      'post /payments/{id}/resolve',
      'post /payments/{id}/resolve/confirm',
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
