import { type JsonObject, jsonText } from '../../../domain/kernel/json.ts';
import { findsPan } from '../../../domain/kernel/pan.ts';
import { present } from '../../../domain/kernel/present.ts';
import type { PaymentFailure } from '../../../domain/payments/payment.ts';
import { APPROVALS_PROBLEMS } from '../approvals/approvals-problems.ts';
import { PAYMENT_PROBLEMS } from '../payments/payment-problems.ts';
import { WEBHOOK_PROBLEMS } from '../webhooks/webhook-problems.ts';
import type { Failure, Fault } from './failures.ts';
import type { ProblemRow, ProblemRows } from './problem-row.ts';
import { REQUEST_PROBLEMS } from './request-problems.ts';
import { TENANT_PROBLEMS } from './tenant-problems.ts';

/** The one table of failures; the compiler asks for a row for every kind. */
export const PROBLEMS = {
  ...REQUEST_PROBLEMS,
  ...PAYMENT_PROBLEMS,
  ...TENANT_PROBLEMS,
  ...WEBHOOK_PROBLEMS,
  ...APPROVALS_PROBLEMS,
} as const satisfies Required<ProblemRows>;

/** Payments that ended in failure, by the code the payment itself carries. All are 402. */
export const DECLINES: Readonly<Record<string, string>> = {
  card_declined: 'The card was declined',
  insufficient_funds: 'The funds do not suffice',
  processor_unavailable: 'The processor was not available in time',
  payment_method_unavailable: 'The stored payment method is gone',
  movement_refused: 'The processor refused to move the money',
  payment_failed: 'The payment failed',
};

/** RFC 9457, with `code`, `request_id` and what the case adds. */
export type Problem = Readonly<{
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  errors?: readonly Readonly<{ path: string; message: string }>[];
  payment_id?: string;
  transaction_id?: string;
}>;

/** What a client is told of a failure: only words from the table, never those of a library or a store. */
export function problemOf(failure: Failure, requestId: string): Problem {
  const { status, code, title, detail } = rowOf(failure);
  return {
    type: typeOf(code),
    title,
    status,
    detail: typeof detail === 'string' ? detail : detail(failure),
    code,
    request_id: requestId,
    ...(failure.kind === 'MalformedRequest' ? { errors: errorsOf(failure.faults) } : {}),
  };
}

/** A payment or, with its transaction, a modification of one that ended in failure. */
export function declineOf(
  { code, message }: PaymentFailure,
  paymentId: string,
  requestId: string,
  transactionId?: string,
): Problem {
  const known = Object.hasOwn(DECLINES, code) ? code : 'payment_failed';
  return {
    type: typeOf(known),
    title: DECLINES[known] ?? '',
    status: 402,
    detail: message,
    code: known,
    request_id: requestId,
    payment_id: paymentId,
    ...present({ transaction_id: transactionId }),
  };
}

/** Seconds to wait before a repeat makes sense; absent where waiting does not help. */
export function retryAfterOf(failure: Failure): number | undefined {
  const { retryAfterS } = rowOf(failure);
  return typeof retryAfterS === 'function' ? retryAfterS(failure) : retryAfterS;
}

export const problemText = (problem: Problem): string => jsonText({ ...problem } as JsonObject);

export const PROBLEM_TYPE = 'application/problem+json';

/** Each kind has the row for itself; the compiler sees only the union of both. */
const rowOf = (failure: Failure): ProblemRow<Failure> =>
  PROBLEMS[failure.kind] as unknown as ProblemRow<Failure>;

/** Relative, so that it leads to this installation's own page about the code. */
const typeOf = (code: string): string => `/docs/problems/${code}`;

const MOST_ERRORS = 20;
const LONGEST_ECHO = 200;

const errorsOf = (faults: readonly Fault[]) =>
  faults
    .slice(0, MOST_ERRORS)
    .map(({ path, message }) => ({ path: echo(path.join('.')), message: echo(message) }));

/** The client's own field names come back only in part, and never when they could hold a card number. */
const echo = (text: string): string =>
  (findsPan(text)
    ? '…'
    : text.length > LONGEST_ECHO
      ? `${text.slice(0, LONGEST_ECHO)}…`
      : text
  ).toWellFormed();
