import { err, ok, type Result } from 'neverthrow';
import { headerFaults } from './card-guard.ts';
import type {
  IdempotencyKeyInvalid,
  IdempotencyKeyMismatch,
  IdempotencyKeyRequired,
  PanNotAccepted,
} from './request-problems.ts';
import { idempotencyKey } from './schemas.ts';

export type KeyFailure = IdempotencyKeyRequired | IdempotencyKeyInvalid | IdempotencyKeyMismatch;

/** The header `Idempotency-Key`, if there is one. */
export type KeyedHeader = string | undefined;

/** The one idempotency key of a request that needs one. */
export const keyOf = (
  headerKey: KeyedHeader,
  bodyKey: string | undefined,
): Result<string, KeyFailure | PanNotAccepted> =>
  keyIn(headerKey).andThen((header): Result<string, KeyFailure> => {
    const key = header ?? bodyKey;
    if (key === undefined) return err({ kind: 'IdempotencyKeyRequired' });
    return bodyKey === undefined || bodyKey === key ? ok(key) : err({ kind: 'IdempotencyKeyMismatch' });
  });

/** The idempotency key that a request may have in its header. */
export function keyIn(
  header: KeyedHeader,
): Result<string | undefined, IdempotencyKeyInvalid | PanNotAccepted> {
  if (header === undefined) return ok(undefined);
  const faults = headerFaults('Idempotency-Key', header);
  if (faults.length > 0) return err({ kind: 'PanNotAccepted', faults });
  const key = header.startsWith('"') ? unquoted(header) : header;
  return key !== undefined && idempotencyKey.safeParse(key).success
    ? ok(key)
    : err({ kind: 'IdempotencyKeyInvalid' });
}

/** A string as RFC 8941 writes it, which is how draft-ietf-httpapi-idempotency-key-header has the key. */
function unquoted(header: string): string | undefined {
  const inside = /^"((?:[^"\\]|\\["\\])*)"$/.exec(header)?.[1];
  return inside?.replaceAll(/\\(["\\])/g, '$1');
}
