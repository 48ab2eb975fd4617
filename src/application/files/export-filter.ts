import type { AuditedEntity } from '../../domain/kernel/audit-entry.ts';
import type { CurrencyCode } from '../../domain/kernel/currency.ts';
import type { CustomerId } from '../../domain/kernel/ids.ts';
import { fromRfc3339, type Instant, rfc3339 } from '../../domain/kernel/instant.ts';
import { type JsonObject, whole } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { PaymentStatus } from '../../domain/payments/payment.ts';
import type { PaymentFilter } from '../../domain/payments/payment-filter.ts';

/** What rows of any kind are chosen by; each kind takes those that it has. Times are inclusive. */
export type ExportFilter = PaymentFilter & Readonly<{ entityType?: AuditedEntity; entityId?: string }>;

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
    entityType: query['entity_type'] as AuditedEntity | undefined,
    entityId: query['entity_id'] as string | undefined,
  }),
});

const instantIn = (value: JsonObject[string]): Instant | undefined =>
  typeof value === 'string' ? fromRfc3339(value) : undefined;

const amountIn = (value: JsonObject[string]): bigint | undefined =>
  typeof value === 'number' || typeof value === 'bigint' ? BigInt(value) : undefined;
