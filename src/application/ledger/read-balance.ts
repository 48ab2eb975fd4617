import type { ResultAsync } from 'neverthrow';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Balances, CurrentBalance } from '../../ports/balances.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/** What a merchant has, in each currency that ever moved, by currency. Sees every commit that has resolved. */
export type ReadBalance = (
  merchantId: MerchantId,
) => ResultAsync<readonly CurrentBalance[], StorageUnavailable>;

export const readBalance =
  ({ balances }: Readonly<{ balances: Balances }>): ReadBalance =>
  (merchantId) =>
    balances.of(merchantId);
