import type { ResultAsync } from 'neverthrow';
import type { AggregateKind } from '../domain/kernel/aggregate-kind.ts';
import type { AuditEntry, AuditedEntity } from '../domain/kernel/audit-entry.ts';
import type { AuditEntryId, MerchantId, PaymentId } from '../domain/kernel/ids.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import type { StorageUnavailable } from './unavailable.ts';

/** All bounds are inclusive; `from` and `to` are about the entry's timestamp. */
export type AuditFilter = Readonly<{
  entityType?: AuditedEntity;
  entityId?: string;
  from?: Instant;
  to?: Instant;
}>;

/** Where audit chains are read; only commits write them. Adapters must pass `test/contract/audit-trail.contract.ts`. */
export interface AuditTrail {
  /** The links of a payment and of its transactions, chain by chain, each by ascending sequence. Strongly consistent. */
  ofPayment(merchantId: MerchantId, id: PaymentId): ResultAsync<readonly AuditEntry[], StorageUnavailable>;
  /** The links of an aggregate by ascending sequence. Strongly consistent. */
  ofAggregate(
    merchantId: MerchantId,
    kind: AggregateKind,
    id: string,
  ): ResultAsync<readonly AuditEntry[], StorageUnavailable>;
  /**
   * A merchant's links newest first by id, up to `limit`; fewer only at the end. `before` is exclusive. May lag behind
   * the newest commits by moments; walking gives every link that was listed at the start exactly once.
   */
  list(
    merchantId: MerchantId,
    filter: AuditFilter,
    page: Readonly<{ limit: number; before?: AuditEntryId }>,
  ): ResultAsync<readonly AuditEntry[], StorageUnavailable>;
  /**
   * Every tenant that exists or has links, also one whose own row is gone. Reads in proportion to all links on
   * DynamoDB: for checks of everything, never for requests. A tenant made moments ago may be missing.
   */
  tenants(): ResultAsync<readonly MerchantId[], StorageUnavailable>;
}
