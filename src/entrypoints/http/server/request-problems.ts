import type { CursorInvalid } from '../../../application/kernel/cursor.ts';
import type { IdempotencyInFlight, IdempotencyKeyReused } from '../../../application/kernel/idempotency.ts';
import type { ResponseErased } from '../../../application/kernel/keyed-commit.ts';
import type { ChangedMeanwhile } from '../../../application/kernel/retry-when-stale.ts';
import type { VersionMismatch } from '../../../domain/kernel/expected-version.ts';
import type { AmountNotPositive } from '../../../domain/kernel/money.ts';
import type { KeysUnavailable, StorageUnavailable } from '../../../ports/unavailable.ts';
import type { AuthenticationUnavailable, Unauthenticated } from './authenticate.ts';
import type { NotAdmitted } from './in-flight.ts';
import type { Fault, ProblemRows } from './problem.ts';

export type MalformedRequest = Readonly<{ kind: 'MalformedRequest'; faults: readonly Fault[] }>;
export type BodyTooLarge = Readonly<{ kind: 'BodyTooLarge' }>;
export type UnsupportedMediaType = Readonly<{ kind: 'UnsupportedMediaType' }>;
export type PanNotAccepted = Readonly<{ kind: 'PanNotAccepted'; faults: readonly Fault[] }>;
export type IdempotencyKeyRequired = Readonly<{ kind: 'IdempotencyKeyRequired' }>;
export type IdempotencyKeyInvalid = Readonly<{ kind: 'IdempotencyKeyInvalid' }>;
export type IdempotencyKeyMismatch = Readonly<{ kind: 'IdempotencyKeyMismatch' }>;
/** Something threw. What it was is in the log alone. */
type Defect = Readonly<{ kind: 'Defect' }>;

/** What can go wrong with a request whatever it asks for, or with what serves it. */
export type RequestFailure =
  | MalformedRequest
  | AmountNotPositive
  | IdempotencyKeyRequired
  | IdempotencyKeyInvalid
  | IdempotencyKeyMismatch
  | CursorInvalid
  | Unauthenticated
  | IdempotencyInFlight
  | ChangedMeanwhile
  | VersionMismatch
  | BodyTooLarge
  | UnsupportedMediaType
  | PanNotAccepted
  | IdempotencyKeyReused
  | ResponseErased
  | Defect
  | NotAdmitted
  | AuthenticationUnavailable
  | KeysUnavailable
  | StorageUnavailable;

/** How each of them is worded; every resource answers them alike. */
export const REQUEST_PROBLEMS = {
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
  IdempotencyInFlight: {
    status: 409,
    code: 'idempotency_in_flight',
    title: 'The first request with this key is still running',
    detail: 'Repeat the request after the time in `Retry-After`.',
    retryAfterS: ({ retryAfterMs }) => Math.max(1, Math.ceil(retryAfterMs / 1_000)),
  },
  ChangedMeanwhile: {
    status: 409,
    code: 'changed_meanwhile',
    title: 'Others changed it all the while',
    detail: 'Nothing was changed by this request. Repeat it.',
    retryAfterS: 1,
  },
  ResponseErased: {
    status: 410,
    code: 'response_erased',
    title: 'The response has been erased',
    detail: 'What the first request with this key made has been erased since, and its response with it.',
  },
  VersionMismatch: {
    status: 412,
    code: 'version_mismatch',
    title: 'It is not at the version that `If-Match` names',
    detail: ({ version }) =>
      `Nothing was changed. The newest version is ${version}. Read it and decide again.`,
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
      'Some text looks like a card number, or a field is named like a card security code: see `errors`. Nothing was kept.',
  },
  IdempotencyKeyReused: {
    status: 422,
    code: 'idempotency_key_reused',
    title: 'The idempotency key belongs to another request',
    detail: 'The key was first used with another payload. Use a new key for another request.',
  },
  Defect: {
    status: 500,
    code: 'internal_error',
    title: 'Something went wrong on our side',
    detail: 'The fault is recorded under the request id. Repeating with the same idempotency key is safe.',
  },
  Overloaded: {
    status: 503,
    code: 'overloaded',
    title: 'Too many requests are under way',
    detail: 'Nothing was begun. Repeat the request, with the same idempotency key if it had one.',
    retryAfterS: 1,
  },
  ClientLeft: {
    status: 503,
    code: 'client_left',
    title: 'The client hung up',
    detail: 'Nothing was begun. Repeat the request, with the same idempotency key if it had one.',
    retryAfterS: 1,
  },
  RegionFenced: {
    status: 503,
    code: 'region_fenced',
    title: 'The region of this process is cut off',
    detail:
      'Nothing was begun. Repeat the request elsewhere, with the same idempotency key if it had one: another region serves the same store.',
    retryAfterS: 1,
  },
  AuthenticationUnavailable: {
    status: 503,
    code: 'authentication_unavailable',
    title: 'Tokens cannot be checked at the moment',
    detail: 'The keys that sign tokens cannot be reached. Repeat the request later.',
    retryAfterS: 5,
  },
  KeysUnavailable: {
    status: 503,
    code: 'keys_unavailable',
    title: 'The keys that guard stored secrets are not available',
    detail: 'Repeat the request, with the same idempotency key if it had one.',
    retryAfterS: 5,
  },
  StorageUnavailable: {
    status: 503,
    code: 'storage_unavailable',
    title: 'The storage is not available',
    detail: 'Repeat the request, with the same idempotency key if it had one.',
    retryAfterS: 1,
  },
} as const satisfies ProblemRows<RequestFailure>;
