import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { APPROVALS } from '../../../../src/entrypoints/http/approvals/approvals-app.ts';
import {
  aColleague,
  anApprovalsApp,
  aVendorPaymentBody,
  ofCents,
  told,
} from '../../../support/approvals-app.ts';
import { fuzzed, statusOf } from '../../../support/fuzzed.ts';
import { anHttpApp, aToken, ISSUER } from '../../../support/http-app.ts';
import { arbitraryRequest } from '../../../support/http-requests.ts';
import { type Document, operationsOf } from '../../../support/operations.ts';

const REQUESTS = Number(process.env['PAYWRIGHT_FUZZ_REQUESTS'] ?? 5_000);
const SEED = Number(process.env['PAYWRIGHT_FUZZ_SEED'] ?? Date.now() % 2 ** 31);

/** How vendors' banks behave, after the simulator. */
const vendorOf = (each: number): string =>
  each % 2 === 0 ? randomUUID() : `00000000-0000-4000-8000-00000000000${1 + (each % 5)}`;

/** What requests have to come to, or they are no trial of more than refusals. */
const REACHED = [
  'post /approvals/payments 400',
  'post /approvals/payments 422',
  'get /approvals/payments 200',
  'get /approvals/payments/pending 200',
  'get /approvals/payments/flagged 200',
  'get /approvals/payments/{id} 200',
  'get /approvals/reports/payouts 200',
  'get /approvals/reports/incidents 200',
  'get /approvals/reports/approvers 200',
  'get /approvals/reports/fraud 200',
  'get /approvals/payments/{id}/audit 200',
  'patch /approvals/payments/{id} 200',
  'post /approvals/payments/{id}/approve 200',
  'post /approvals/payments/{id}/approve 409',
  'post /approvals/payments/{id}/reject 200',
  'post /approvals/payments/{id}/process 200',
  'post /approvals/payments/{id}/process 409',
];

describe('requests to approvals made from the OpenAPI document', () => {
  let opened: ReturnType<typeof anApprovalsApp>;
  let document: Document;
  let tokens: readonly string[];
  let ids: readonly string[];

  beforeAll(async () => {
    opened = anApprovalsApp();
    const platform = await anHttpApp({ besides: APPROVALS });
    const whole = (await (await platform.app.request('/openapi.json')).json()) as Document;
    const paths = Object.entries(whole.paths).filter(([path]) => path.startsWith('/approvals/'));
    document = { ...whole, paths: Object.fromEntries(paths) };
    const as = (sub: string, role: string | readonly string[], rest = {}) =>
      aToken({ sub, 'cognito:groups': [role].flat(), merchant_id: undefined, ...rest });
    tokens = [
      await as('everybody', ['dispatcher', 'admin', 'system']),
      await as('ann', 'dispatcher'),
      await as('bob', 'admin'),
      await as('bus', 'system'),
      await as(vendorOf(1), 'vendor'),
      await as('nobody', []),
      await as('ann', 'admin', { iss: `${ISSUER}/other` }),
    ];
    const maker = await aColleague(opened.app.request, 'maker', 'dispatcher');
    const made: string[] = [];
    for (let each = 0; each < 200; each += 1) {
      const body = { vendorId: vendorOf(each), ...ofCents(each % 3 === 0 ? 600_123 : 12_345) };
      const { paymentId } = await told<{ paymentId: string }>(
        maker.post('/payments', aVendorPaymentBody(body)),
        201,
      );
      made.push(paymentId);
    }
    ids = made;
  });

  it(`never end in a 500, a hang or an answer the document does not know (${REQUESTS} requests, seed ${SEED})`, async () => {
    const seen = new Set<string>();
    const operations = new Map(operationsOf(document).map((each) => [each.name, each]));
    await fuzzed(
      arbitraryRequest(document, { tokens, ids: { approvals: ids } }),
      async ({ operation, url, init }) => {
        const known = operations.get(operation)?.statuses;
        const status = await statusOf(opened.app.request(url, init), init, known);
        seen.add(`${operation} ${status}`);
        opened.lines.length = 0;
      },
      { numRuns: REQUESTS, seed: SEED, isReached: () => REACHED.every((each) => seen.has(each)) },
    );
    expect([...seen]).toEqual(expect.arrayContaining(REACHED));
  }, 600_000);
});
