import type { StoredResponse } from '../../../domain/kernel/claim.ts';
import { jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { Payment, PaymentStatus } from '../../../domain/payments/payment.ts';
import { answeredPaymentRecord } from '../../../domain/payments/payment-record.ts';
import type { Transaction, TransactionStatus } from '../../../domain/payments/transaction.ts';
import { transactionRecord } from '../../../domain/payments/transaction-record.ts';
import type { ResponseEncoder } from '../../../ports/response-encoder.ts';
import { problemText } from '../server/problem.ts';
import { declineOf, paymentProblems } from './payment-problems.ts';

/** `outcome`, `paymentId` and `version`, the payment's where the body is one, are for headers and metrics; `body` is what goes out, byte for byte. */
export type DecodedResponse = Readonly<{
  status: number;
  outcome: PaymentStatus | TransactionStatus | 'refused';
  paymentId?: string;
  version?: string;
  body: string;
}>;

/**
 * Answers as HTTP: one line `status outcome payment-id version`, then the body. The request id inside a kept problem is that of
 * the first request.
 */
export const httpResponseEncoder: ResponseEncoder = {
  processed: (payment, requestId) =>
    `${statusOf(payment)} ${payment.status} ${payment.id}${versionOf(payment)}\n${bodyOf(payment, requestId)}`,
  moved: (transaction, requestId) =>
    `${movedStatusOf(transaction)} ${transaction.status} ${transaction.paymentId}\n${movedBodyOf(transaction, requestId)}`,
  refused(refusal, requestId) {
    const problem = paymentProblems.problemOf(refusal, requestId);
    return `${problem.status} refused -\n${problemText(problem)}`;
  },
};

/** Reads what `httpResponseEncoder` wrote. */
export function decodeResponse(response: StoredResponse): DecodedResponse {
  const end = response.indexOf('\n');
  const [status, outcome, paymentId, version] = response.slice(0, end).split(' ');
  return {
    status: Number(status),
    outcome: outcome as DecodedResponse['outcome'],
    ...(paymentId === undefined || paymentId === '-' ? {} : { paymentId }),
    ...present({ version }),
    body: response.slice(end + 1),
  };
}

/** A payment that failed is answered with a problem. */
const versionOf = ({ status, version }: Payment): string => (status === 'failed' ? '' : ` ${version}`);

function statusOf({ status }: Payment): number {
  switch (status) {
    case 'succeeded':
    case 'authorized':
    case 'canceled':
      return 201;
    case 'pending':
    case 'processing':
    case 'requires_action':
      return 202;
    case 'failed':
      return 402;
  }
}

const bodyOf = (payment: Payment, requestId: string): string =>
  payment.status === 'failed'
    ? problemText(declineOf(payment.failure, payment.id, requestId))
    : jsonText(answeredPaymentRecord(payment));

const movedStatusOf = ({ status }: Transaction): number =>
  status === 'pending' ? 202 : status === 'failed' ? 402 : 201;

const movedBodyOf = (transaction: Transaction, requestId: string): string =>
  transaction.status === 'failed'
    ? problemText(
        declineOf(
          { code: 'movement_refused', message: transaction.responseText },
          transaction.paymentId,
          requestId,
          transaction.id,
        ),
      )
    : jsonText(transactionRecord(transaction));
