import type { ProblemRows } from './problem-row.ts';

/** What is wrong with a request whatever it asks for, or with the server. */
export const REQUEST_PROBLEMS = {
  MalformedRequest: {
    status: 400,
    code: 'invalid_request',
    title: 'The request is not valid',
    detail: 'See `errors` for each place and what it should be.',
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
  RouteNotFound: {
    status: 404,
    code: 'route_not_found',
    title: 'There is no such route',
    detail: 'The routes are listed in /openapi.json.',
  },
  MethodNotAllowed: {
    status: 405,
    code: 'method_not_allowed',
    title: 'The route does not take this method',
    detail: 'The header `Allow` lists the methods it takes.',
  },
  IdempotencyInFlight: {
    status: 409,
    code: 'idempotency_in_flight',
    title: 'The first request with this key is still running',
    detail: 'Repeat the request after the time in `Retry-After`.',
    retryAfterS: ({ retryAfterMs }) => Math.max(1, Math.ceil(retryAfterMs / 1_000)),
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
    detail: 'The key was first used with another payload. Use a new key for another request.',
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
} as const satisfies ProblemRows;
