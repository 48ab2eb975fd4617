import type { ResultAsync } from 'neverthrow';
import type { AuditEntry } from '../domain/audit.ts';
import type { MerchantId, PaymentId } from '../domain/ids.ts';
import type { StorageUnavailable } from './unavailable.ts';

/** Where audit chains are read; only commits write them. Adapters must pass `test/contract/audit-trail.contract.ts`. */
export interface AuditTrail {
  /** The links of a payment and of its transactions, chain by chain, each by ascending sequence. Strongly consistent. */
  ofPayment(merchantId: MerchantId, id: PaymentId): ResultAsync<readonly AuditEntry[], StorageUnavailable>;
}
