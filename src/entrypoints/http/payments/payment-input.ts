import { err, ok, type Result } from 'neverthrow';
import type { z } from 'zod';
import type { ProcessPaymentRequest } from '../../../application/payments/process-payment.ts';
import type { CustomerId } from '../../../domain/kernel/ids.ts';
import { money } from '../../../domain/kernel/money.ts';
import { present } from '../../../domain/kernel/present.ts';
import { faultsOf, parseBody, parsedBy } from '../server/body-input.ts';
import { type KeyedHeader, type KeyFailure, keyOf } from '../server/idempotency-key.ts';
import type { Fault } from '../server/problem.ts';
import type { JsonBody } from '../server/read-json.ts';
import type { MalformedRequest, PanNotAccepted } from '../server/request-problems.ts';
import { batchEnvelope, newPayment } from './payment-schemas.ts';

/** A payment as a client orders it; who asks comes from the token. */
export type PaymentOrder = Omit<ProcessPaymentRequest, 'merchantId' | 'origin'>;

export type PaymentInputFailure = MalformedRequest | PanNotAccepted | KeyFailure;

/** One order of a body, and the key its header names, if any. */
export const parsePayment = (
  body: JsonBody,
  headerKey: KeyedHeader,
): Result<PaymentOrder, PaymentInputFailure> =>
  parseBody(newPayment, body, headerKey).andThen((order) =>
    keyOf(headerKey, order.idempotency_key).map((key) => orderOf(order, key)),
  );

/** The items of a batch, each with the faults inside it; a fault anywhere else spoils the whole. */
export function parseBatch({
  value,
  faults,
  halves = value,
}: JsonBody): Result<readonly JsonBody[], MalformedRequest> {
  // A payment has no number that may be a half.
  const parsed = parsedBy(batchEnvelope, halves);
  if (!parsed.success) return err({ kind: 'MalformedRequest', faults: faultsOf(parsed.error) });
  const items = parsed.data.payments.map((item) => ({ value: item, faults: [] as Fault[] }));
  const around: Fault[] = [];
  for (const { path, message } of faults) {
    const [list, index, ...inside] = path;
    const spoiled = list === 'payments' && typeof index === 'number' ? items[index] : undefined;
    if (spoiled === undefined) around.push({ path, message });
    else spoiled.faults.push({ path: inside, message });
  }
  return around.length > 0 ? err({ kind: 'MalformedRequest', faults: around }) : ok(items);
}

const orderOf = (body: z.output<typeof newPayment>, key: string): PaymentOrder => ({
  idempotencyKey: key,
  amount: money(BigInt(body.amount), body.currency),
  paymentMethod: body.payment_method,
  captureMethod: body.capture_method ?? 'automatic',
  // The schema let only ids of customers through.
  ...present({
    customerId: body.customer_id as CustomerId | undefined,
    description: body.description,
    metadata: body.metadata,
  }),
});
