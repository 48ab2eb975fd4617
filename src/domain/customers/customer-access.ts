import type { CustomerId, MerchantId } from '../kernel/ids.ts';
import { fromRfc3339, type Instant, rfc3339 } from '../kernel/instant.ts';

/**
 * The head of the chain that audits who read a customer's data. It is apart from the customer, so that a read never makes
 * a change stale and nothing of it is erased. `version` counts the reads.
 */
export type CustomerAccess = Readonly<{
  kind: 'customer_access';
  /** The customer's id under another prefix. */
  id: string;
  merchantId: MerchantId;
  customerId: CustomerId;
  version: number;
  /** Of the newest read. */
  updatedAt: Instant;
  auditHash: string;
}>;

export const customerAccessId = (customerId: CustomerId): string => customerId.replace(/^cus_/, 'cac_');

/** One read more. */
export const nextAccess = (
  before: CustomerAccess | undefined,
  { merchantId, customerId }: Pick<CustomerAccess, 'merchantId' | 'customerId'>,
  now: Instant,
): CustomerAccess => ({
  kind: 'customer_access',
  id: customerAccessId(customerId),
  merchantId,
  customerId,
  version: (before?.version ?? 0) + 1,
  updatedAt: now,
  auditHash: before?.auditHash ?? '',
});

export type CustomerAccessRecord = Readonly<{
  id: string;
  merchant_id: MerchantId;
  customer_id: CustomerId;
  version: number;
  updated_at: string;
}>;

export const customerAccessRecord = (access: CustomerAccess): CustomerAccessRecord => ({
  id: access.id,
  merchant_id: access.merchantId,
  customer_id: access.customerId,
  version: access.version,
  updated_at: rfc3339(access.updatedAt),
});

export const restoreCustomerAccess = (record: CustomerAccessRecord, auditHash: string): CustomerAccess => ({
  kind: 'customer_access',
  id: record.id,
  merchantId: record.merchant_id,
  customerId: record.customer_id,
  version: record.version,
  updatedAt: fromRfc3339(record.updated_at),
  auditHash,
});
