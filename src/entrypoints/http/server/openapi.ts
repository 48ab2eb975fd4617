import type { RouteConfig } from '@hono/zod-openapi';
import type { z } from 'zod';
import { APPROVALS_PROBLEMS } from '../approvals/approvals-problems.ts';
import { DECLINES, PROBLEM_TYPE, PROBLEMS } from './problems.ts';
import {
  batchResults,
  listQuery,
  liveness,
  newBatch,
  newPayment,
  payment,
  paymentPage,
  paymentWithTransactions,
  problem,
  readiness,
} from './schemas.ts';

export type Route = RouteConfig & Readonly<{ method: 'get' | 'post' | 'patch' | 'delete' }>;
type Responses = RouteConfig['responses'];

export const json = (schema: z.ZodType) => ({ 'application/json': { schema } });
export const text = (type: string) => ({ [type]: { schema: { type: 'string' as const } } });

/** One response for each status, listing the codes it can carry, as the platform's part of the table has them. */
export const refusals = (...statuses: readonly number[]): Responses =>
  refusalsAmong(
    Object.entries(PROBLEMS).flatMap(([kind, row]) => (kind in APPROVALS_PROBLEMS ? [] : row)),
    statuses,
  );

/** The same for a service with problems of its own. */
export function refusalsAmong(
  problems: readonly Readonly<{ status: number; code: string }>[],
  statuses: readonly number[],
): Responses {
  const codes = (wanted: number) => [
    ...problems.filter(({ status }) => status === wanted).map(({ code }) => code),
    ...(wanted === 402 ? Object.keys(DECLINES) : []),
  ];
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: codes(status)
          .map((code) => `\`${code}\``)
          .join(', '),
        content: { [PROBLEM_TYPE]: { schema: problem } },
        ...(status === 503 || status === 409 || status === 429
          ? { headers: { 'Retry-After': retryAfter } }
          : {}),
      },
    ]),
  );
}

const retryAfter = { description: 'Seconds to wait.', schema: { type: 'integer' as const, minimum: 1 } };
export const replayed = {
  description: '`true` when the answer was given before and nothing happened now.',
  schema: { type: 'string' as const, enum: ['true'] },
};
const location = { description: 'Where the payment is.', schema: { type: 'string' as const } };

export const idempotencyHeader = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Needed here or as `idempotency_key` in the body. Digits that would pass for a card number are refused here too, and of ' +
    'timestamps in milliseconds every tenth would: an id of an order or a UUID is better.',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
  example: 'order-1001',
} as const;

export const paymentIdParameter = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string' },
  example: 'pay_01990000000070008000000000000001',
} as const;

export const secured = { security: [{ bearer: [] }] };
const accepted = (description: string) => ({
  description,
  content: json(payment),
  headers: { 'Idempotency-Replayed': replayed, Location: location },
});

export const postPayment = {
  method: 'post',
  path: '/payments',
  operationId: 'createPayment',
  summary: 'Take a payment',
  description:
    'The idempotency key comes in the header or in the body; a repeat gives the first answer again.',
  tags: ['payments'],
  ...secured,
  request: {
    body: { required: true, content: json(newPayment) },
  },
  parameters: [idempotencyHeader],
  responses: {
    201: accepted('The payment as it ended: succeeded, or authorized when the capture is manual.'),
    202: accepted('The processor has not answered yet. Ask for the payment again later.'),
    ...refusals(400, 401, 402, 403, 409, 413, 415, 422, 429, 500, 503),
  },
} as const satisfies Route;

export const postBatch = {
  method: 'post',
  path: '/payments/batch',
  operationId: 'createPayments',
  summary: 'Take up to 1000 payments',
  description: 'Each item is judged and answered as if it came alone, under its own idempotency key.',
  tags: ['payments'],
  ...secured,
  request: { body: { required: true, content: json(newBatch) } },
  responses: {
    200: { description: 'One result for each item, in order.', content: json(batchResults) },
    ...refusals(400, 401, 403, 413, 415, 500, 503),
  },
} as const satisfies Route;

export const getPayments = {
  method: 'get',
  path: '/payments',
  operationId: 'listPayments',
  summary: 'List payments, newest first',
  tags: ['payments'],
  ...secured,
  request: { query: listQuery },
  responses: {
    200: { description: 'A page.', content: json(paymentPage) },
    ...refusals(400, 401, 403, 500, 503),
  },
} as const satisfies Route;

export const getPaymentById = {
  method: 'get',
  path: '/payments/{id}',
  operationId: 'getPayment',
  summary: 'Read a payment with its transactions',
  tags: ['payments'],
  ...secured,
  parameters: [paymentIdParameter],
  responses: {
    200: { description: 'The payment.', content: json(paymentWithTransactions) },
    ...refusals(400, 401, 403, 404, 500, 503),
  },
} as const satisfies Route;

export const getHealthz = {
  method: 'get',
  path: '/healthz',
  operationId: 'liveness',
  summary: 'Whether the process runs',
  tags: ['operation'],
  responses: { 200: { description: 'It does.', content: json(liveness) }, ...refusals(500) },
} as const satisfies Route;

export const getReadyz = {
  method: 'get',
  path: '/readyz',
  operationId: 'readiness',
  summary: 'Whether the storage can be reached and is migrated',
  tags: ['operation'],
  responses: { 200: { description: 'It is.', content: json(readiness) }, ...refusals(500, 503) },
} as const satisfies Route;

export const getMetrics = {
  method: 'get',
  path: '/metrics',
  operationId: 'metrics',
  summary: 'Measurements for Prometheus',
  tags: ['operation'],
  responses: { 200: { description: 'Text format 0.0.4.', content: text('text/plain') }, ...refusals(500) },
} as const satisfies Route;

/** The head of the document; paths and schemas come from the routes themselves. */
export const DOCUMENT = {
  openapi: '3.1.0',
  info: {
    title: 'paywright',
    version: '1',
    description:
      'Amounts are integers in minor units. Times are RFC 3339 in UTC. Failures are RFC 9457 problems.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  tags: [
    { name: 'payments' },
    { name: 'customers' },
    { name: 'transfers' },
    { name: 'merchants' },
    { name: 'webhooks' },
    { name: 'operation' },
  ],
};

export const BEARER = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } as const;
