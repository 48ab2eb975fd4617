import type { AuditedEntity } from '../../domain/kernel/audit-entry.ts';
import type { CurrencyCode } from '../../domain/kernel/currency.ts';
import type { CustomerId } from '../../domain/kernel/ids.ts';
import { fromRfc3339, type Instant, rfc3339 } from '../../domain/kernel/instant.ts';
import { type JsonObject, whole } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { PaymentStatus } from '../../domain/payments/payment.ts';
import type { MetadataPair } from '../../domain/payments/payment-filter.ts';
import type { PaymentChoice } from '../payments/chosen-payments.ts';

/** What rows of any kind are chosen by; each kind takes those that it has. Times are inclusive. */
export type ExportFilter = PaymentChoice & Readonly<{ entityType?: AuditedEntity; entityId?: string }>;

/** As an export keeps it, under the names of the API. */
export const exportQuery = ({
  status,
  customerId,
  currency,
  from,
  to,
  minAmount,
  maxAmount,
  declineCode,
  attention,
  metadata,
  idempotencyKey,
  entityType,
  entityId,
}: ExportFilter): JsonObject => ({
  ...present({
    status,
    customer_id: customerId,
    currency,
    start_date: from === undefined ? undefined : rfc3339(from),
    end_date: to === undefined ? undefined : rfc3339(to),
    min_amount: minAmount === undefined ? undefined : whole(minAmount),
    max_amount: maxAmount === undefined ? undefined : whole(maxAmount),
    decline_code: declineCode,
    attention,
    metadata: metadata && { [metadata.name]: metadata.value },
    idempotency_key: idempotencyKey,
    entity_type: entityType,
    entity_id: entityId,
  }),
});

/** Reads `exportQuery` back. */
export const exportFilter = (query: JsonObject): ExportFilter => ({
  ...present({
    status: query['status'] as PaymentStatus | undefined,
    customerId: query['customer_id'] as CustomerId | undefined,
    currency: query['currency'] as CurrencyCode | undefined,
    from: instantIn(query['start_date']),
    to: instantIn(query['end_date']),
    minAmount: amountIn(query['min_amount']),
    maxAmount: amountIn(query['max_amount']),
    declineCode: query['decline_code'] as string | undefined,
    attention: query['attention'] as true | undefined,
    metadata: pairIn(query['metadata']),
    idempotencyKey: query['idempotency_key'] as string | undefined,
    entityType: query['entity_type'] as AuditedEntity | undefined,
    entityId: query['entity_id'] as string | undefined,
  }),
});

/**
 * Filters that versions from before they were added do not read: those would leave them out, and make a file of more rows than
 * were chosen.
 */
const LATER_FILTERS = ['attention', 'metadata', 'idempotency_key'];

/** Whether every version that may run beside this one makes the file of a query as this one does. */
export const isKnownBefore = (query: JsonObject): boolean =>
  LATER_FILTERS.every((name) => query[name] === undefined);

const pairIn = (value: JsonObject[string]): MetadataPair | undefined => {
  const [pair] = Object.entries((value ?? {}) as Readonly<Record<string, string>>);
  return pair && { name: pair[0], value: pair[1] };
};

const instantIn = (value: JsonObject[string]): Instant | undefined =>
  typeof value === 'string' ? fromRfc3339(value) : undefined;

const amountIn = (value: JsonObject[string]): bigint | undefined =>
  typeof value === 'number' || typeof value === 'bigint' ? BigInt(value) : undefined;
