import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { type Claim, OPERATIONS } from '../../domain/kernel/claim.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Claims } from '../../ports/claims.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** The merchant never used the key, or nothing is kept of it any more. */
export type KeyNotFound = Readonly<{ kind: 'KeyNotFound' }>;

/**
 * What became of a merchant's key: its claims, one for each operation that it was used on, the oldest first. Strongly
 * consistent; nothing is done or written. One read of as many rows as there are operations.
 */
export type ReadKey = (
  merchantId: MerchantId,
  key: string,
) => ResultAsync<readonly [Claim, ...Claim[]], KeyNotFound | StorageUnavailable>;

export const readKey =
  ({ claims, clock }: Readonly<{ claims: Claims; clock: Clock }>): ReadKey =>
  (merchantId, key) => {
    const now = clock.now();
    return ResultAsync.combine(
      OPERATIONS.map((operation) => claims.find({ merchantId, operation, key }, now)),
    ).andThen((found) => {
      const [first, ...others] = found
        .filter((claim) => claim !== undefined)
        .toSorted((a, b) => a.createdAt - b.createdAt);
      return first === undefined
        ? errAsync({ kind: 'KeyNotFound' as const })
        : okAsync([first, ...others] as const);
    });
  };
