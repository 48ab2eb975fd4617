import { err, ok, type Result } from 'neverthrow';
import type { z } from 'zod';
import { findsPan } from '../../../domain/kernel/pan.ts';
import type { Fault } from './problem.ts';
import type { JsonBody } from './read-json.ts';
import type {
  IdempotencyKeyInvalid,
  IdempotencyKeyMismatch,
  IdempotencyKeyRequired,
  MalformedRequest,
  PanNotAccepted,
} from './request-problems.ts';
import { idempotencyKey } from './schemas.ts';

export type KeyFailure = IdempotencyKeyRequired | IdempotencyKeyInvalid | IdempotencyKeyMismatch;

/** The header `Idempotency-Key`, if there is one. */
export type KeyedHeader = string | undefined;

/** What a schema makes of a body in which no card number hides; the header beside it must not be one either. */
export function parseBody<Schema extends z.ZodType>(
  schema: Schema,
  { value, faults }: JsonBody,
  headerKey?: KeyedHeader,
): Result<z.output<Schema>, MalformedRequest | PanNotAccepted> {
  if (faults.length > 0) return err({ kind: 'MalformedRequest', faults });
  if (namesCard(value) || (headerKey !== undefined && findsPan(headerKey)))
    return err({ kind: 'PanNotAccepted' });
  const parsed = schema.safeParse(value);
  return parsed.success ? ok(parsed.data) : err({ kind: 'MalformedRequest', faults: faultsOf(parsed.error) });
}

/** The one idempotency key of a request that needs one. */
export function keyOf(headerKey: KeyedHeader, bodyKey: string | undefined): Result<string, KeyFailure> {
  if (headerKey !== undefined && !idempotencyKey.safeParse(headerKey).success)
    return err({ kind: 'IdempotencyKeyInvalid' });
  const key = headerKey ?? bodyKey;
  if (key === undefined) return err({ kind: 'IdempotencyKeyRequired' });
  return bodyKey === undefined || bodyKey === key ? ok(key) : err({ kind: 'IdempotencyKeyMismatch' });
}

/** What a schema found, with a line for each unknown field. */
export const faultsOf = ({ issues }: z.ZodError): readonly Fault[] =>
  issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((name) => ({ path: [...placeOf(issue.path), name], message: 'is not known here' }))
      : [{ path: placeOf(issue.path), message: issue.message }],
  );

const placeOf = (path: readonly PropertyKey[]): readonly (string | number)[] =>
  path.map((step) => (typeof step === 'symbol' ? '' : step));

const SECURITY_CODE = /^(?:cvv|cvc)2?$/i;

/** A card number in any text, names included, or a field for a security code, at any depth. */
function namesCard(value: unknown): boolean {
  if (typeof value === 'string') return findsPan(value);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(namesCard);
  return Object.entries(value).some(
    ([name, field]) => SECURITY_CODE.test(name.trim()) || findsPan(name) || namesCard(field),
  );
}
