import { err, okAsync, type Result, ResultAsync } from 'neverthrow';
import type { Responded } from '../../../application/kernel/idempotency.ts';
import { type PaymentTotal, totalOf } from '../../../application/payments/count-payments.ts';
import type { BatchResult } from '../../../application/payments/process-batch.ts';
import type { ProcessPaymentFailure } from '../../../application/payments/process-payment.ts';
import type { UseCases } from '../../../application/use-cases.ts';
import { parseId } from '../../../domain/kernel/ids.ts';
import { type Json, jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { Payment } from '../../../domain/payments/payment.ts';
import { answeredPaymentRecord, paymentRecord } from '../../../domain/payments/payment-record.ts';
import { currenciesRecord } from '../../../domain/payments/payment-summary.ts';
import { transactionRecord } from '../../../domain/payments/transaction-record.ts';
import { forTenants, type TenantHandler } from '../server/authorization.ts';
import { readNothing } from '../server/body-input.ts';
import { answerVersion, tagOf } from '../server/entity-tag.ts';
import { type WorkingParts, workedOnce } from '../server/keyed-post.ts';
import { countKey, type ServiceMetrics } from '../server/measurements.ts';
import { problemText } from '../server/problem.ts';
import { readJson } from '../server/read-json.ts';
import { answerPage, originOf, respondStored } from '../server/request-context.ts';
import { answer, created, resource, versioned } from '../server/route.ts';
import { nothing } from '../server/schemas.ts';
import { listQuery, parseListQuery } from './payment-filter.ts';
import { type PaymentInputFailure, type PaymentOrder, parseBatch, parsePayment } from './payment-input.ts';
import { declines, PAYMENTS_TAG, paymentProblems } from './payment-problems.ts';
import {
  batchResults,
  newBatch,
  newPayment,
  payment,
  paymentIdParameter,
  paymentPage,
  paymentWithTransactions,
} from './payment-schemas.ts';
import { decodeResponse } from './stored-responses.ts';

const { refuse, problemOf, retryAfterOf } = paymentProblems;

type Counting = Readonly<{ metrics: ServiceMetrics }>;

const postPayment =
  (parts: Pick<UseCases, 'processPayment'> & Counting): TenantHandler =>
  async (c, merchantId) => {
    const order = await readJson(c.req.raw).andThen((body) =>
      parsePayment(body, c.req.header('idempotency-key')),
    );
    if (order.isErr()) return refuse(c, order.error);
    const result = await parts.processPayment({ ...order.value, merchantId, origin: originOf(c) });
    count(parts.metrics, result);
    return result.match(
      ({ response, replayed }) => {
        const read = decodeResponse(response);
        const located = read.status < 300 && read.paymentId !== undefined;
        return respondStored(read, replayed, {
          ...(located ? { Location: `/payments/${read.paymentId}` } : {}),
          ...tagOf(read.version),
        });
      },
      (failure) => refuse(c, failure),
    );
  };

const postConfirm =
  ({ confirmPayment }: Pick<UseCases, 'confirmPayment'>): TenantHandler =>
  async (c, merchantId) => {
    const paymentId = parseId('pay', c.req.param('id') ?? '');
    if (paymentId === undefined) return refuse(c, { kind: 'PaymentNotFound' });
    return readNothing(c.req.raw)
      .andThen(() => confirmPayment({ merchantId, paymentId, origin: originOf(c) }))
      .match(
        (response) => {
          const read = decodeResponse(response);
          return respondStored(read, false, tagOf(read.version));
        },
        (failure) => refuse(c, failure),
      );
  };

const postBatch =
  (parts: Pick<UseCases, 'processBatch'> & WorkingParts): TenantHandler =>
  (c, merchantId) =>
    readJson(c.req.raw)
      .andThen(parseBatch)
      .andThen((items) => {
        const orders = items.map((item) => parsePayment(item, undefined));
        const origin = originOf(c);
        const requests = orders.flatMap((order) =>
          order.isOk() ? [{ ...order.value, merchantId, origin }] : [],
        );
        const work = (requestId: string) =>
          parts.processBatch(requests).map((processed) => {
            for (const result of processed) count(parts.metrics, result);
            return batchText(orders, processed, requestId);
          });
        return workedOnce(c, parts, {
          merchantId,
          operation: 'process_batch',
          payload: { payments: items.map(({ value }) => value as Json) },
          respond: (body: string) => ({ status: 200, body }),
          work: () => work(c.var.requestId),
          // Every item that had an effect is kept under its own key.
          again: work,
        });
      })
      .match(
        (response) => response,
        (failure) => refuse(c, failure),
      );

/** Puts the results of the orders that were processed between those that were not; stored bodies go in as they are. */
function batchText(
  orders: readonly Result<PaymentOrder, PaymentInputFailure>[],
  processed: readonly BatchResult[],
  requestId: string,
): string {
  let next = 0;
  let succeeded = 0;
  const results = orders.map((order, index) => {
    const result = order.isErr() ? err(order.error) : processed[next++];
    if (result === undefined) throw new Error(`item ${index} of a batch has no result`);
    const { status, body } = result.match(
      ({ response }): Readonly<{ status: number; body: string }> => decodeResponse(response),
      (failure) => {
        const problem = problemOf(failure, requestId);
        const retryAfter = present({ retry_after: retryAfterOf(failure) });
        return { status: problem.status, body: problemText({ ...problem, ...retryAfter }) };
      },
    );
    if (status < 300) succeeded++;
    return `{"index":${index},"status":${status},"${status < 300 ? 'payment' : 'problem'}":${body}}`;
  });
  return `{"results":[${results.join(',')}],"succeeded":${succeeded},"failed":${orders.length - succeeded}}`;
}

const getPayments =
  (parts: Pick<UseCases, 'listPayments' | 'countPayments' | 'filterByEmail'>): TenantHandler =>
  (c, merchantId) =>
    parseListQuery(new URL(c.req.url).searchParams)
      .asyncAndThen(({ withTotal, customerEmail, ...request }) =>
        parts
          .filterByEmail({
            merchantId,
            filter: request.filter,
            ...present({ customerEmail }),
            origin: originOf(c),
          })
          .andThen((filter) => {
            if (filter === undefined)
              return okAsync({ page: { items: [] as readonly Payment[] }, total: undefined });
            const isOne = request.idempotencyKey !== undefined;
            const counted =
              withTotal && !isOne ? parts.countPayments(merchantId, filter) : okAsync(undefined);
            const listed = parts.listPayments({ ...request, filter, merchantId });
            return ResultAsync.combine([listed, counted] as const).map(([page, total]) => ({ page, total }));
          })
          .map(({ page, total }) => ({
            page,
            beside: withTotal ? besideOf(total ?? totalOf(page.items)) : {},
          })),
      )
      .match(
        ({ page, beside }) => answerPage(page, paymentRecord, beside),
        (failure) => refuse(c, failure),
      );

const besideOf = (total: PaymentTotal) => ({ total: total.totalCount, ...currenciesRecord(total) });

const getPayment =
  ({ getPayment }: Pick<UseCases, 'getPayment'>): TenantHandler =>
  async (c, merchantId) => {
    const id = parseId('pay', c.req.param('id') ?? '');
    if (id === undefined) return refuse(c, { kind: 'PaymentNotFound' });
    return getPayment(merchantId, id).match(
      ({ payment, transactions }) =>
        answerVersion(c, {
          version: payment.version,
          // A file settles transactions and leaves their payment as it is.
          beside: transactions.filter(({ status }) => status === 'settled').length,
          body: jsonText({
            ...answeredPaymentRecord(payment),
            transactions: transactions.map(transactionRecord),
          }),
        }),
      (failure) => refuse(c, failure),
    );
  };

/** A payment is counted once, when it is first answered. */
function count(metrics: ServiceMetrics, result: Result<Responded, ProcessPaymentFailure>): void {
  countKey(metrics, result);
  if (result.isOk() && !result.value.replayed)
    metrics.payments.inc({ status: decodeResponse(result.value.response).outcome });
}

export const payments = resource({
  tag: PAYMENTS_TAG,
  problems: { rows: { ...paymentProblems.rows, ...declines } },
  routes: [
    forTenants('payments', postBatch, {
      method: 'post',
      path: '/payments/batch',
      operationId: 'createPayments',
      summary: 'Take up to 1000 payments',
      description: 'Each item is judged and answered as if it came alone, under its own idempotency key.',
      body: newBatch,
      responses: { 200: answer('One result for each item, in order.', batchResults) },
    }),
    forTenants('payments', postPayment, {
      method: 'post',
      path: '/payments',
      operationId: 'createPayment',
      summary: 'Take a payment',
      description:
        'The idempotency key comes in the header or in the body; a repeat gives the first answer again, and in place of a 202 the final answer once there is one. A refusal without effect that may not last leaves the key free.',
      idempotencyKey: 'order-1001',
      body: newPayment,
      responses: {
        201: {
          ...created('payment', payment),
          description: 'The payment as it ended: succeeded, or authorized when the capture is manual.',
        },
        202: {
          ...created('payment', payment),
          description:
            'The processor has not answered yet: ask for the payment again later. Or it waits for the customer, where the payment is `requires_action`: send the customer to what `next_action` says, and confirm.',
        },
      },
      refusals: [402, 409, 429],
    }),
    forTenants('payments', postConfirm, {
      method: 'post',
      path: '/payments/{id}/confirm',
      operationId: 'confirmPayment',
      summary: 'Ask what became of a payment whose customer has acted',
      description:
        'The processor is asked at once, as it is by and by without this. The answer is that of the request that made the payment; safe to repeat, and it needs no key. Of payments that wait a merchant may confirm 600 in a minute, or as many as it may begin where that is more.',
      pathParameters: { id: paymentIdParameter },
      body: nothing,
      bodyOptional: true,
      responses: {
        201: versioned('The payment as it ended.', payment),
        202: versioned('The customer has still to act, or the processor to answer.', payment),
      },
      refusals: [402, 404, 409, 429],
    }),
    forTenants('payments', getPayments, {
      method: 'get',
      path: '/payments',
      operationId: 'listPayments',
      summary: 'List payments, newest first',
      description:
        'A page may hold fewer than `limit`, and none, and yet have a next: by status, currency, a range of amounts or a decline it looks through ' +
        '50 000 payments at the most. By customer, email, key, one amount, metadata or attention it finds them without looking.',
      query: listQuery,
      responses: { 200: answer('A page.', paymentPage) },
    }),
    forTenants('payments', getPayment, {
      method: 'get',
      path: '/payments/{id}',
      operationId: 'getPayment',
      summary: 'Read a payment with its transactions',
      pathParameters: { id: paymentIdParameter },
      responses: { 200: versioned('The payment.', paymentWithTransactions) },
      refusals: [404],
    }),
  ],
});
