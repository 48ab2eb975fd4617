import { errAsync, okAsync, type ResultAsync } from 'neverthrow';
import { type FileUpload, uploadIdOf } from '../../domain/files/file-upload.ts';
import type { MerchantId, ReconciliationId } from '../../domain/kernel/ids.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { ReconciliationNotFound } from './read-reconciliations.ts';

/** The upload whose file a reconciliation of this id will be of. One read, strongly consistent. */
export type GetUpload = (
  merchantId: MerchantId,
  id: ReconciliationId,
) => ResultAsync<FileUpload, ReconciliationNotFound | StorageUnavailable>;

export const getUpload =
  ({ aggregates }: Readonly<{ aggregates: Aggregates }>): GetUpload =>
  (merchantId, id) =>
    aggregates
      .find(merchantId, 'reconciliation_upload', uploadIdOf(id))
      .andThen((found) =>
        found === undefined ? errAsync({ kind: 'ReconciliationNotFound' as const }) : okAsync(found),
      );
