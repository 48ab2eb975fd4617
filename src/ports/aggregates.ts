import type { ResultAsync } from 'neverthrow';
import type { AggregateOf } from '../domain/aggregates/aggregate.ts';
import type { AggregateKind } from '../domain/kernel/aggregate-kind.ts';
import type { MerchantId } from '../domain/kernel/ids.ts';
import type { StorageUnavailable } from './unavailable.ts';

/**
 * Where entities that are stored whole are read; only commits write them. Adapters must pass
 * `test/contract/aggregates.contract.ts`.
 */
export interface Aggregates {
  /** Strongly consistent. Another tenant's aggregate is not there. */
  find<Kind extends AggregateKind>(
    merchantId: MerchantId,
    kind: Kind,
    id: string,
  ): ResultAsync<AggregateOf<Kind> | undefined, StorageUnavailable>;
  /** The one that holds a unique key. Strongly consistent; two reads in a row, so it may have let go of the key since. */
  findByKey<Kind extends AggregateKind>(
    merchantId: MerchantId,
    kind: Kind,
    key: string,
  ): ResultAsync<AggregateOf<Kind> | undefined, StorageUnavailable>;
  /**
   * A tenant's aggregates of a kind by ascending id, `after` exclusive, up to `limit`; fewer only at the end. With
   * `isOpen` without those that are closed (`isClosed`), which are not read then, however many there are.
   */
  list<Kind extends AggregateKind>(
    merchantId: MerchantId,
    kind: Kind,
    page: Readonly<{ limit: number; after?: string; isOpen?: true }>,
  ): ResultAsync<readonly AggregateOf<Kind>[], StorageUnavailable>;
  /**
   * A tenant's aggregates of a kind newest first by id, `before` exclusive, `from` inclusive, up to `limit`; fewer only at the
   * end. Of kinds whose ids carry times. With `isOpen` those that are not closed (`isClosed`), or only those that are: the
   * others are not read then, however many there are.
   */
  newest<
    Kind extends
      | 'customer'
      | 'export'
      | 'reconciliation'
      | 'settlement'
      | 'exception'
      | 'dispute'
      | 'transfer',
  >(
    merchantId: MerchantId,
    kind: Kind,
    page: Readonly<{ limit: number; before?: string; from?: string; isOpen?: boolean }>,
  ): ResultAsync<readonly AggregateOf<Kind>[], StorageUnavailable>;
}
