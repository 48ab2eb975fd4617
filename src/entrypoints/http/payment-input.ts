import { err, ok, type Result } from 'neverthrow';
import type { z } from 'zod';
import type { ProcessPaymentRequest } from '../../application/process-payment.ts';
import type { CustomerId } from '../../domain/ids.ts';
import { money } from '../../domain/money.ts';
import { findsPan } from '../../domain/pan.ts';
import type {
  Fault,
  IdempotencyKeyInvalid,
  IdempotencyKeyMismatch,
  IdempotencyKeyRequired,
  MalformedRequest,
  PanNotAccepted,
} from './failures.ts';
import { batchEnvelope, idempotencyKey, newPayment } from './schemas.ts';

/** A payment as a client orders it; who asks comes from the token. */
export type PaymentOrder = Omit<ProcessPaymentRequest, 'merchantId' | 'origin'>;

export type PaymentInputFailure =
  | MalformedRequest
  | PanNotAccepted
  | IdempotencyKeyRequired
  | IdempotencyKeyInvalid
  | IdempotencyKeyMismatch;

/** One order of a body, and the key its header names, if any. `faults` are those found while reading the body. */
export function parsePayment(
  body: unknown,
  faults: readonly Fault[],
  headerKey: string | undefined,
): Result<PaymentOrder, PaymentInputFailure> {
  return parseKeyed(newPayment, body, faults, headerKey).map((keyed) => orderOf(keyed.body, keyed.key));
}

/** A body read by its schema, and the key it came under. Card numbers and security codes are refused wherever they are. */
export function parseKeyed<Body extends Readonly<{ idempotency_key?: string | undefined }>>(
  schema: z.ZodType<Body>,
  body: unknown,
  faults: readonly Fault[],
  headerKey: string | undefined,
): Result<Readonly<{ body: Body; key: string }>, PaymentInputFailure> {
  if (faults.length > 0) return err({ kind: 'MalformedRequest', faults });
  if (namesCard(body) || (headerKey !== undefined && findsPan(headerKey)))
    return err({ kind: 'PanNotAccepted' });
  const parsed = schema.safeParse(body);
  if (!parsed.success) return err({ kind: 'MalformedRequest', faults: faultsOf(parsed.error) });
  return keyOf(headerKey, parsed.data.idempotency_key).map((key) => ({ body: parsed.data, key }));
}

/** The items of a batch, each with the faults inside it; a fault anywhere else spoils the whole. */
export function parseBatch(
  body: unknown,
  faults: readonly Fault[],
): Result<readonly Readonly<{ item: unknown; faults: readonly Fault[] }>[], MalformedRequest> {
  const parsed = batchEnvelope.safeParse(body);
  if (!parsed.success) return err({ kind: 'MalformedRequest', faults: faultsOf(parsed.error) });
  const items = parsed.data.payments.map((item) => ({ item, faults: [] as Fault[] }));
  const around: Fault[] = [];
  for (const { path, message } of faults) {
    const [list, index, ...inside] = path;
    const spoiled = list === 'payments' && typeof index === 'number' ? items[index] : undefined;
    if (spoiled === undefined) around.push({ path, message });
    else spoiled.faults.push({ path: inside, message });
  }
  return around.length > 0 ? err({ kind: 'MalformedRequest', faults: around }) : ok(items);
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

function keyOf(
  headerKey: string | undefined,
  bodyKey: string | undefined,
): Result<string, IdempotencyKeyRequired | IdempotencyKeyInvalid | IdempotencyKeyMismatch> {
  if (headerKey !== undefined && !idempotencyKey.safeParse(headerKey).success)
    return err({ kind: 'IdempotencyKeyInvalid' });
  const key = headerKey ?? bodyKey;
  if (key === undefined) return err({ kind: 'IdempotencyKeyRequired' });
  return bodyKey === undefined || bodyKey === key ? ok(key) : err({ kind: 'IdempotencyKeyMismatch' });
}

const orderOf = (body: z.output<typeof newPayment>, key: string): PaymentOrder => ({
  idempotencyKey: key,
  amount: money(BigInt(body.amount), body.currency),
  paymentMethod: body.payment_method,
  captureMethod: body.capture_method ?? 'automatic',
  // The schema let only ids of customers through.
  ...(body.customer_id === undefined ? {} : { customerId: body.customer_id as CustomerId }),
  ...(body.description === undefined ? {} : { description: body.description }),
  ...(body.metadata === undefined ? {} : { metadata: body.metadata }),
});

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
