import { err, okAsync, type Result, ResultAsync } from 'neverthrow';
import type { Responded } from '../../../application/kernel/idempotency.ts';
import type { CountPayments } from '../../../application/payments/count-payments.ts';
import type { GetPayment } from '../../../application/payments/get-payment.ts';
import type { ListPayments } from '../../../application/payments/list-payments.ts';
import type { BatchResult, ProcessBatch } from '../../../application/payments/process-batch.ts';
import type { ProcessPayment, ProcessPaymentFailure } from '../../../application/payments/process-payment.ts';
import { type MerchantId, parseId } from '../../../domain/kernel/ids.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { paymentRecord } from '../../../domain/payments/payment-record.ts';
import { transactionRecord } from '../../../domain/payments/transaction-record.ts';
import { parseListQuery } from '../server/list-input.ts';
import { countKey, type PlatformMetrics } from '../server/metrics.ts';
import { problemOf, problemText } from '../server/problems.ts';
import { readJson } from '../server/read-json.ts';
import { answerJson, type HttpContext, originOf, refuse, respondStored } from '../server/request-context.ts';
import { type PaymentInputFailure, type PaymentOrder, parseBatch, parsePayment } from './payment-input.ts';
import { decodeResponse } from './stored-responses.ts';

/** Answers a request of a tenant: `merchantId` is the one its token names. */
export type TenantHandler = (c: HttpContext, merchantId: MerchantId) => Promise<Response>;

export const postPaymentHandler =
  (parts: Readonly<{ processPayment: ProcessPayment; metrics: PlatformMetrics }>): TenantHandler =>
  async (c, merchantId) => {
    const order = await readJson(c.req.raw).andThen(({ value, faults }) =>
      parsePayment(value, faults, c.req.header('idempotency-key')),
    );
    if (order.isErr()) return refuse(c, order.error);
    const result = await parts.processPayment({ ...order.value, merchantId, origin: originOf(c) });
    count(parts.metrics, result);
    return result.match(
      ({ response, replayed }) => {
        const read = decodeResponse(response);
        const located = read.status < 300 && read.paymentId !== undefined;
        return respondStored(read, replayed, located ? { Location: `/payments/${read.paymentId}` } : {});
      },
      (failure) => refuse(c, failure),
    );
  };

export const postBatchHandler =
  (parts: Readonly<{ processBatch: ProcessBatch; metrics: PlatformMetrics }>): TenantHandler =>
  async (c, merchantId) => {
    const batch = await readJson(c.req.raw).andThen(({ value, faults }) => parseBatch(value, faults));
    if (batch.isErr()) return refuse(c, batch.error);
    const orders = batch.value.map(({ item, faults }) => parsePayment(item, faults, undefined));
    const origin = originOf(c);
    const requests = orders.flatMap((order) =>
      order.isOk() ? [{ ...order.value, merchantId, origin }] : [],
    );
    return parts.processBatch(requests).match(
      (processed) => {
        for (const result of processed) count(parts.metrics, result);
        return answerJson(200, batchText(orders, processed, c.var.requestId));
      },
      (never: never) => never,
    );
  };

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
        return { status: problem.status, body: problemText(problem) };
      },
    );
    if (status < 300) succeeded++;
    return `{"index":${index},"status":${status},"${status < 300 ? 'payment' : 'problem'}":${body}}`;
  });
  return `{"results":[${results.join(',')}],"succeeded":${succeeded},"failed":${orders.length - succeeded}}`;
}

export const getPaymentsHandler =
  (parts: Readonly<{ listPayments: ListPayments; countPayments: CountPayments }>): TenantHandler =>
  (c, merchantId) =>
    parseListQuery(new URL(c.req.url).searchParams)
      .asyncAndThen(({ withTotal, ...request }) =>
        ResultAsync.combine([
          parts.listPayments({ ...request, merchantId }),
          withTotal ? parts.countPayments(merchantId, request.filter) : okAsync(undefined),
        ] as const),
      )
      .match(
        ([{ items, nextCursor }, total]) =>
          answerJson(
            200,
            jsonText({
              items: items.map(paymentRecord),
              next_cursor: nextCursor ?? null,
              has_more: nextCursor !== undefined,
              total,
            }),
          ),
        (failure) => refuse(c, failure),
      );

export const getPaymentHandler =
  ({ getPayment }: Readonly<{ getPayment: GetPayment }>): TenantHandler =>
  async (c, merchantId) => {
    const id = parseId('pay', c.req.param('id') ?? '');
    if (id === undefined) return refuse(c, { kind: 'PaymentNotFound' });
    return getPayment(merchantId, id).match(
      ({ payment, transactions }) =>
        answerJson(
          200,
          jsonText({ ...paymentRecord(payment), transactions: transactions.map(transactionRecord) }),
        ),
      (failure) => refuse(c, failure),
    );
  };

/** A payment is counted once, when it is first answered. */
function count(metrics: PlatformMetrics, result: Result<Responded, ProcessPaymentFailure>): void {
  countKey(metrics, result);
  if (result.isOk() && !result.value.replayed)
    metrics.payments.inc({ status: decodeResponse(result.value.response).outcome });
}
