import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import {
  firstIdAt,
  idAfter,
  lastIdAt,
  type MerchantId,
  parseId,
  type TransferId,
} from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Transfer } from '../../domain/ledger/transfer.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type CursorInvalid, type Page, type PageRequest, paging } from '../kernel/cursor.ts';

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

export type ListTransfersRequest = Omit<PageRequest, 'context'> &
  Readonly<{ merchantId: MerchantId; filter: Readonly<{ from?: Instant; to?: Instant }> }>;

/**
 * A page of the transfers from and to a merchant, newest first; both bounds are inclusive. One read, of a range of their keys: a transfer is on record with both.
 */
export type ListTransfers = (
  request: ListTransfersRequest,
) => ResultAsync<Page<Transfer>, CursorInvalid | StorageUnavailable>;

export const listTransfers = (
  ports: Readonly<{ aggregates: Aggregates; signedTokens: SignedTokens; clock: Clock }>,
): ListTransfers => {
  const pages = paging(ports, (text) => parseId('trf', text));
  return ({ merchantId, filter: { from, to }, ...request }) =>
    pages({ ...request, context: { list: 'transfers', merchantId, ...present({ from, to }) } }, (part) =>
      ports.aggregates.newest(merchantId, 'transfer', {
        ...(to === undefined ? {} : { before: idAfter('trf', lastIdAt('trf', to)) }),
        ...(from === undefined ? {} : { from: firstIdAt('trf', from) }),
        ...part,
      }),
    );
};
