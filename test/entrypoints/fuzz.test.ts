import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { problem } from '../../src/entrypoints/http/schemas.ts';
import { anHttpApp, aPaymentBody, aRequest, aToken, ISSUER } from '../support/http-app.ts';
import { arbitraryRequest, type Document, operationsOf } from '../support/http-requests.ts';

const REQUESTS = Number(process.env['PAYWRIGHT_FUZZ_REQUESTS'] ?? 5_000);
const SEED = Number(process.env['PAYWRIGHT_FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const PATIENCE_MS = 5_000;

describe('requests made from the OpenAPI document', () => {
  let opened: Awaited<ReturnType<typeof anHttpApp>>;
  let document: Document;
  let tokens: readonly string[];
  let ids: readonly string[];

  beforeAll(async () => {
    opened = await anHttpApp();
    document = (await (await opened.app.request('/openapi.json')).json()) as Document;
    const permissions = ['payments', 'refunds', 'customers', 'transfers', 'exports', 'audit', 'admin'];
    tokens = [
      await aToken({ permissions }),
      await aToken(),
      await aToken({ merchant_id: 'limited' }),
      await aToken({ merchant_id: 'suspended' }),
      await aToken({ permissions: [] }),
      await aToken({ iss: `${ISSUER}/other` }),
    ];
    const order = await aRequest({ body: JSON.stringify(aPaymentBody({ idempotency_key: 'first' })) });
    const first = (await (await opened.app.request('/payments', order)).json()) as Readonly<{ id: string }>;
    ids = [first.id];
  });

  it(`never end in a 500, a hang or an answer the document does not know (${REQUESTS} requests, seed ${SEED})`, async () => {
    const statuses = new Map<string, number>();
    const started = performance.now();
    await fc.assert(
      fc.asyncProperty(arbitraryRequest(document, { tokens, ids }), async ({ operation, url, init }) => {
        const late = new Promise<never>((_, reject) => {
          setTimeout(reject, PATIENCE_MS, new Error(`no answer within ${PATIENCE_MS} ms`)).unref();
        });
        const response = await Promise.race([opened.app.request(url, init), late]);
        const text = await response.text();
        const { status } = response;
        statuses.set(`${operation} ${status}`, (statuses.get(`${operation} ${status}`) ?? 0) + 1);
        expect(status).not.toBe(500);
        if (status >= 300 && init.method !== 'HEAD') {
          expect(response.headers.get('content-type')).toBe('application/problem+json');
          expect(problem.parse(JSON.parse(text)).status).toBe(status);
        }
        const known = operationsOf(document).find(({ name }) => name === operation);
        if (known === undefined) expect([204, 404, 405]).toContain(status);
        else expect(known.statuses).toContain(status);
        opened.lines.length = 0;
      }),
      { numRuns: REQUESTS, seed: SEED, endOnFailure: true },
    );
    const seconds = (performance.now() - started) / 1_000;
    const seen = [...statuses]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([key, count]) => `${key}: ${count}`);
    console.log(
      `${REQUESTS} requests, seed ${SEED}, ${Math.round(REQUESTS / seconds)}/s\n${seen.join('\n')}`,
    );
    expect([...statuses.keys()]).toEqual(
      expect.arrayContaining([
        'post /payments 201',
        'post /payments 400',
        'post /payments/batch 200',
        'get /payments 200',
        'get /payments/{id} 200',
      ]),
    );
  }, 600_000);
});
