import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { Dispute, DisputeStatus } from '../../domain/disputes/dispute.ts';
import { type DisputeId, type MerchantId, type PaymentId, parseId } from '../../domain/kernel/ids.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type CursorInvalid, type Page, type PageRequest, pagingOfWanted } from '../kernel/cursor.ts';

export type DisputeNotFound = Readonly<{ kind: 'DisputeNotFound' }>;

/** One dispute, as the processor's record was when it was last read. One read, strongly consistent. */
export type GetDispute = (
  merchantId: MerchantId,
  id: DisputeId,
) => ResultAsync<Dispute, DisputeNotFound | StorageUnavailable>;

export const getDispute =
  ({ aggregates }: Readonly<{ aggregates: Aggregates }>): GetDispute =>
  (merchantId, id) =>
    aggregates
      .find(merchantId, 'dispute', id)
      .andThen((found) =>
        found === undefined ? errAsync({ kind: 'DisputeNotFound' as const }) : okAsync(found),
      );

export type DisputeFilter = Readonly<{ status?: DisputeStatus; paymentId?: PaymentId }>;

export type ListDisputesRequest = Omit<PageRequest, 'context'> &
  Readonly<{ merchantId: MerchantId; filter: DisputeFilter }>;

/** A page of a merchant's disputes, newest first. As `pagingOfWanted` pages. */
export type ListDisputes = (
  request: ListDisputesRequest,
) => ResultAsync<Page<Dispute>, CursorInvalid | StorageUnavailable>;

export const listDisputes = (
  ports: Readonly<{ aggregates: Aggregates; signedTokens: SignedTokens; clock: Clock }>,
): ListDisputes => {
  const pages = pagingOfWanted(ports, (text) => parseId('dsp', text));
  return ({ merchantId, filter, ...request }) =>
    pages(
      { ...request, context: { list: 'disputes', merchantId, ...filter } },
      (part) => ports.aggregates.newest(merchantId, 'dispute', part),
      ({ status, paymentId }) =>
        (filter.status === undefined || filter.status === status) &&
        (filter.paymentId === undefined || filter.paymentId === paymentId),
    );
};
