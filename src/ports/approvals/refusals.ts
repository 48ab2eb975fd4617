import type { ResultAsync } from 'neverthrow';
import type { VendorPaymentId } from '../../domain/approvals/ids.ts';
import type { Refusal, RefusalHead } from '../../domain/approvals/refusal.ts';
import type { StaleVersion } from '../commits.ts';
import type { StorageUnavailable } from '../unavailable.ts';

/**
 * Where refused attempts are kept, and releases of parked events: beside payments' chains and in chains of their own. No link is
 * changed or removed, but for its count. Adapters must pass `test/contract/approvals/refusals.contract.ts`.
 */
export interface Refusals {
  /** Counts one more attempt in the link with the key; false when there is none. An Err may have counted. */
  countAgain(id: VendorPaymentId, key: string): ResultAsync<boolean, StorageUnavailable>;
  /** The end of a payment's chain. Strongly consistent. */
  head(id: VendorPaymentId): ResultAsync<RefusalHead, StorageUnavailable>;
  /** Adds a link behind the head, all or nothing. Refuses one whose sequence or key is there already. */
  append(refusal: Refusal): ResultAsync<void, StaleVersion | StorageUnavailable>;
  /** The links of a payment by ascending sequence. Strongly consistent. */
  of(id: VendorPaymentId): ResultAsync<readonly Refusal[], StorageUnavailable>;
}
