import { type JsonObject, jsonText } from '../../domain/json.ts';
import { findsPan } from '../../domain/pan.ts';
import type { PaymentFailure } from '../../domain/payment.ts';
import type { Failure, Fault } from './failures.ts';

type Row<F> = Readonly<{
  status: number;
  code: string;
  title: string;
  detail: string | ((failure: F) => string);
  retryAfterS?: number | ((failure: F) => number);
}>;

/** The one place where failures become statuses and words. */
export const PROBLEMS = {
  MalformedRequest: {
    status: 400,
    code: 'invalid_request',
    title: 'The request is not valid',
    detail: 'See `errors` for each place and what it should be.',
  },
  AmountNotPositive: {
    status: 400,
    code: 'amount_not_positive',
    title: 'The amount is not positive',
    detail: 'It takes at least one minor unit; 0 never means all.',
  },
  IdempotencyKeyRequired: {
    status: 400,
    code: 'idempotency_key_required',
    title: 'An idempotency key is required',
    detail: 'Send the header `Idempotency-Key` or the field `idempotency_key`.',
  },
  IdempotencyKeyInvalid: {
    status: 400,
    code: 'idempotency_key_invalid',
    title: 'The idempotency key is not valid',
    detail: 'Send one `Idempotency-Key` of 1 to 255 visible ASCII characters.',
  },
  IdempotencyKeyMismatch: {
    status: 400,
    code: 'idempotency_key_mismatch',
    title: 'Two different idempotency keys',
    detail: 'The header `Idempotency-Key` and the field `idempotency_key` differ.',
  },
  CursorInvalid: {
    status: 400,
    code: 'cursor_invalid',
    title: 'The cursor is not valid',
    detail: 'A cursor is good for a day, for the list and the filters it came from. Start again without one.',
  },
  Unauthenticated: {
    status: 401,
    code: 'unauthenticated',
    title: 'A valid bearer token is required',
    detail: 'Send `Authorization: Bearer …` with a token that is valid for this service.',
  },
  Forbidden: {
    status: 403,
    code: 'permission_missing',
    title: 'The token does not allow this',
    detail: ({ permission }) => `The token lacks the permission \`${permission}\`.`,
  },
  MerchantInactive: {
    status: 403,
    code: 'merchant_inactive',
    title: 'The merchant is not active',
    detail: 'No payments are taken in the name of this merchant.',
  },
  RouteNotFound: {
    status: 404,
    code: 'route_not_found',
    title: 'There is no such route',
    detail: 'The routes are listed in /openapi.json.',
  },
  MerchantNotFound: {
    status: 404,
    code: 'merchant_not_found',
    title: 'There is no such merchant',
    detail: 'No merchant has this id.',
  },
  PaymentNotFound: {
    status: 404,
    code: 'payment_not_found',
    title: 'There is no such payment',
    detail: 'No payment of this merchant has this id.',
  },
  TransferNotFound: {
    status: 404,
    code: 'transfer_not_found',
    title: 'There is no such transfer',
    detail: 'No transfer from or to this merchant has this id.',
  },
  NoSuchCustomer: {
    status: 404,
    code: 'customer_not_found',
    title: 'There is no such customer',
    detail: 'No customer of this merchant has this id.',
  },
  PaymentMethodNotFound: {
    status: 404,
    code: 'payment_method_not_found',
    title: 'There is no such payment method',
    detail: 'The customer has no payment method with this id.',
  },
  MethodNotAllowed: {
    status: 405,
    code: 'method_not_allowed',
    title: 'The route does not take this method',
    detail: 'The header `Allow` lists the methods it takes.',
  },
  PaymentStateConflict: {
    status: 409,
    code: 'payment_state_conflict',
    title: 'The state of the payment does not allow this',
    detail: ({ status, underWay }) =>
      underWay
        ? 'Another capture or void of this payment is under way. Look at the payment before you try again.'
        : `A payment that is ${status} does not allow this.`,
  },
  MerchantExists: {
    status: 409,
    code: 'merchant_exists',
    title: 'The merchant exists already',
    detail: 'Another merchant has this id. Nothing was changed.',
  },
  CustomerExists: {
    status: 409,
    code: 'customer_exists',
    title: 'Another customer has this email',
    detail: 'One email is one customer. Find it with `GET /customers?email=`.',
  },
  CustomerChanged: {
    status: 409,
    code: 'version_conflict',
    title: 'The customer has changed',
    detail: ({ version }) => `The newest version is ${version}. Read it and decide again.`,
  },
  ChangedMeanwhile: {
    status: 409,
    code: 'changed_meanwhile',
    title: 'Others changed it all the while',
    detail: 'Nothing was changed by this request. Repeat it.',
    retryAfterS: 1,
  },
  IdempotencyInFlight: {
    status: 409,
    code: 'idempotency_in_flight',
    title: 'The first request with this key is still running',
    detail: 'Repeat the request after the time in `Retry-After`.',
    retryAfterS: ({ retryAfterMs }) => Math.max(1, Math.ceil(retryAfterMs / 1_000)),
  },
  BalanceContended: {
    status: 409,
    code: 'balance_contended',
    title: 'Too many transfers leave this balance at once',
    detail: 'Nothing moved. Repeat the request with the same idempotency key.',
    retryAfterS: 1,
  },
  BodyTooLarge: {
    status: 413,
    code: 'body_too_large',
    title: 'The body is too large',
    detail: 'A body has at most 262144 bytes, also after decoding.',
  },
  UnsupportedMediaType: {
    status: 415,
    code: 'unsupported_media_type',
    title: 'The body is not of a type this route reads',
    detail: 'Send `Content-Type: application/json` in UTF-8, plain or with `Content-Encoding: gzip`.',
  },
  PanNotAccepted: {
    status: 422,
    code: 'pan_not_accepted',
    title: 'Card numbers and security codes are not accepted',
    detail:
      'Some text looks like a card number, or a field is named like a card security code. Nothing was kept.',
  },
  IdempotencyKeyReused: {
    status: 422,
    code: 'idempotency_key_reused',
    title: 'The idempotency key belongs to another request',
    detail: 'The key was first used with another payload. Use a new key for a new payment.',
  },
  AmountExceedsAuthorized: {
    status: 422,
    code: 'amount_exceeds_authorized',
    title: 'The amount is more than is authorized',
    detail: ({ available }) =>
      `${available.minorUnits} minor units of ${available.currency} are left to capture, those under way not counted.`,
  },
  AmountExceedsCaptured: {
    status: 422,
    code: 'amount_exceeds_captured',
    title: 'The amount is more than was captured',
    detail: ({ available }) =>
      `${available.minorUnits} minor units of ${available.currency} are left to refund, those under way not counted.`,
  },
  AmountOverLimit: {
    status: 422,
    code: 'amount_over_limit',
    title: 'The amount is over the limit of the merchant',
    detail: ({ limit }) => `This merchant takes at most ${limit} minor units in one payment.`,
  },
  CustomerNotFound: {
    status: 422,
    code: 'customer_not_found',
    title: 'There is no such customer',
    detail: 'No customer of this merchant has this id.',
  },
  TooManyPaymentMethods: {
    status: 422,
    code: 'too_many_payment_methods',
    title: 'The customer has too many payment methods',
    detail: ({ most }) => `A customer has at most ${most}. Remove one first.`,
  },
  PaymentMethodNotAccepted: {
    status: 422,
    code: 'payment_method_not_accepted',
    title: 'The payment method is not accepted',
    detail: 'The processor knows no such payment method.',
  },
  TransferToSelf: {
    status: 422,
    code: 'transfer_to_self',
    title: 'A transfer goes to another merchant',
    detail: 'The destination is the merchant the token names.',
  },
  DestinationNotAvailable: {
    status: 422,
    code: 'destination_not_available',
    title: 'The destination does not take transfers',
    detail: 'There is no active merchant with the id of the destination.',
  },
  InsufficientFunds: {
    status: 422,
    code: 'insufficient_funds',
    title: 'The funds do not suffice',
    detail: ({ available }) => `${available.minorUnits} minor units of ${available.currency} are available.`,
  },
  RateLimited: {
    status: 429,
    code: 'rate_limited',
    title: 'The merchant has used up its payments for now',
    detail: 'Repeat the request after the time in `Retry-After`.',
    retryAfterS: ({ retryAfterMs }) => Math.max(1, Math.ceil(retryAfterMs / 1_000)),
  },
  Defect: {
    status: 500,
    code: 'internal_error',
    title: 'Something went wrong on our side',
    detail: 'The fault is recorded under the request id. Repeating with the same idempotency key is safe.',
  },
  AuthenticationUnavailable: {
    status: 503,
    code: 'authentication_unavailable',
    title: 'Tokens cannot be checked at the moment',
    detail: 'The keys that sign tokens cannot be reached. Repeat the request later.',
    retryAfterS: 5,
  },
  ProcessorUnavailable: {
    status: 503,
    code: 'processor_unavailable',
    title: 'The processor is not available',
    detail: 'Nothing was charged. Repeat the request with the same idempotency key.',
    retryAfterS: 5,
  },
  SchemaOutdated: {
    status: 503,
    code: 'schema_outdated',
    title: 'The storage is not migrated',
    detail: 'The schema of the storage is not the one this version needs.',
    retryAfterS: 5,
  },
  KeysUnavailable: {
    status: 503,
    code: 'keys_unavailable',
    title: 'The keys that guard stored secrets are not available',
    detail: 'Repeat the request with the same idempotency key.',
    retryAfterS: 5,
  },
  StorageUnavailable: {
    status: 503,
    code: 'storage_unavailable',
    title: 'The storage is not available',
    detail: 'Repeat the request with the same idempotency key.',
    retryAfterS: 1,
  },
} as const satisfies { [Kind in Failure['kind']]: Row<Extract<Failure, { kind: Kind }>> };

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

/** A payment or, with its transaction, a movement of one that ended in failure. */
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
    ...(transactionId === undefined ? {} : { transaction_id: transactionId }),
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
const rowOf = (failure: Failure): Row<Failure> => PROBLEMS[failure.kind] as unknown as Row<Failure>;

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
