import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import type { Reconciliation } from '../../domain/files/reconciliation.ts';
import { type MerchantId, parseId, type ReconciliationId } from '../../domain/kernel/ids.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type CursorInvalid, type Page, paging } from '../kernel/cursor.ts';

export type ReconciliationNotFound = Readonly<{ kind: 'ReconciliationNotFound' }>;

/** One reconciliation as it stands, its counts with every batch that was committed. One read, strongly consistent. */
export type GetReconciliation = (
  merchantId: MerchantId,
  id: ReconciliationId,
) => ResultAsync<Reconciliation, ReconciliationNotFound | StorageUnavailable>;

export const getReconciliation =
  ({ aggregates }: Readonly<{ aggregates: Aggregates }>): GetReconciliation =>
  (merchantId, id) =>
    aggregates
      .find(merchantId, 'reconciliation', id)
      .andThen((found) =>
        found === undefined ? errAsync({ kind: 'ReconciliationNotFound' as const }) : okAsync(found),
      );

export type ListReconciliationsRequest = Readonly<{
  merchantId: MerchantId;
  limit: number;
  cursor?: string;
}>;

/** A page of a merchant's reconciliations, newest first. One read. */
export type ListReconciliations = (
  request: ListReconciliationsRequest,
) => ResultAsync<Page<Reconciliation>, CursorInvalid | StorageUnavailable>;

export const listReconciliations = (
  ports: Readonly<{ aggregates: Aggregates; signedTokens: SignedTokens; clock: Clock }>,
): ListReconciliations => {
  const page = paging(ports, (text) => parseId('rec', text));
  return ({ merchantId, ...request }) =>
    page({ ...request, context: { list: 'reconciliations', merchantId } }, (part) =>
      ports.aggregates.newest(merchantId, 'reconciliation', part),
    );
};
