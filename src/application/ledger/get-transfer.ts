import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { MerchantId, TransferId } from '../../domain/kernel/ids.ts';
import type { Transfer } from '../../domain/ledger/transfer.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

export type TransferNotFound = Readonly<{ kind: 'TransferNotFound' }>;

/** A transfer, for the merchant that sent it or the one that got it; no other merchant finds it. */
export type GetTransfer = (
  merchantId: MerchantId,
  id: TransferId,
) => ResultAsync<Transfer, TransferNotFound | StorageUnavailable>;

export const getTransfer =
  ({ aggregates }: Readonly<{ aggregates: Aggregates }>): GetTransfer =>
  (merchantId, id) =>
    aggregates
      .find(merchantId, 'transfer', id)
      .andThen((transfer) =>
        transfer === undefined ? errAsync({ kind: 'TransferNotFound' as const }) : okAsync(transfer),
      );
