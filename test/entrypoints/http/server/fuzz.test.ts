import { beforeAll, describe, expect, it } from 'vitest';
import { fuzzed, statusOf } from '../../../support/fuzzed.ts';
import { anHttpApp, aPaymentBody, aRequest, aToken, ISSUER } from '../../../support/http-app.ts';
import { arbitraryRequest, type KnownIds } from '../../../support/http-requests.ts';
import { type Document, operationsOf } from '../../../support/operations.ts';

const REQUESTS = Number(process.env['PAYWRIGHT_FUZZ_REQUESTS'] ?? 5_000);
const SEED = Number(process.env['PAYWRIGHT_FUZZ_SEED'] ?? Date.now() % 2 ** 31);

/** What requests have to come to, or they are no trial of more than refusals. */
const REACHED = [
  'post /payments 201',
  'post /payments 400',
  'post /payments/batch 200',
  'get /payments 200',
  'get /payments/{id} 200',
  'post /payments/{id}/capture 201',
  'post /payments/{id}/capture 409',
  'post /payments/{id}/refunds 201',
  'post /payments/{id}/refunds 400',
  'post /payments/{id}/void 201',
  'get /customers/{id} 200',
  'delete /customers/{id} 204',
  'get /transfers/{id} 200',
];

describe('requests made from the OpenAPI document', () => {
  let opened: Awaited<ReturnType<typeof anHttpApp>>;
  let document: Document;
  let tokens: readonly string[];
  let ids: KnownIds;

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
    const make = async (path: string, body: object): Promise<string> => {
      const headers = { authorization: `Bearer ${tokens[0]}` };
      const made = await opened.app.request(path, await aRequest({ body: JSON.stringify(body), headers }));
      return ((await made.json()) as Readonly<{ id: string }>).id;
    };
    const payments: string[] = [];
    const customers: string[] = [];
    for (let each = 0; each < 120; each += 1) {
      const capture_method = each % 3 === 0 ? 'automatic' : 'manual';
      const payment_method = ['card', 'test_fee', 'test_timeout_approved', 'test_movement_refused'][each % 8];
      const order = { amount: 9_000_000, capture_method, payment_method: payment_method ?? 'card' };
      payments.push(await make('/payments', aPaymentBody({ ...order, idempotency_key: `first-${each}` })));
      customers.push(await make('/customers', { email: `c${each}@example.com`, name: 'Ada' }));
    }
    const sent = { destination_merchant_id: 'merchant-2', amount: 1_000, currency: 'USD' };
    const transfers = [await make('/transfers', { ...sent, idempotency_key: 'first' })];
    ids = { payments, customers, transfers, merchants: ['merchant-2'] };
  });

  it(`never end in a 500, a hang or an answer the document does not know (${REQUESTS} requests, seed ${SEED})`, async () => {
    const statuses = new Map<string, number>();
    const operations = new Map(operationsOf(document).map((each) => [each.name, each]));
    const started = performance.now();
    await fuzzed(
      arbitraryRequest(document, { tokens, ids }),
      async ({ operation, url, init }) => {
        const known = operations.get(operation)?.statuses;
        const status = await statusOf(opened.app.request(url, init), init, known);
        statuses.set(`${operation} ${status}`, (statuses.get(`${operation} ${status}`) ?? 0) + 1);
        opened.lines.length = 0;
      },
      { numRuns: REQUESTS, seed: SEED, isReached: () => REACHED.every((each) => statuses.has(each)) },
    );
    const seconds = (performance.now() - started) / 1_000;
    const seen = [...statuses]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([key, count]) => `${key}: ${count}`);
    console.log(
      `${REQUESTS} requests, seed ${SEED}, ${Math.round(REQUESTS / seconds)}/s\n${seen.join('\n')}`,
    );
    expect([...statuses.keys()]).toEqual(expect.arrayContaining(REACHED));
  }, 600_000);
});
