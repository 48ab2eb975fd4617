import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { Reconciliation } from '../../domain/files/reconciliation.ts';
import { reportObject } from '../../domain/files/reconciliation-files.ts';
import type { MerchantId, ReconciliationId } from '../../domain/kernel/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore, ObjectStoreUnavailable } from '../../ports/object-store.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { LINK_MS } from './read-exports.ts';
import type { GetReconciliation, ReconciliationNotFound } from './read-reconciliations.ts';

/** A reconciliation as it stands now, and once its report is made links to its two files. */
export type ShownReconciliation = Readonly<{
  reconciliation: Reconciliation;
  report?: Readonly<{ json: string; csv: string }>;
}>;

/** One reconciliation with links that are made anew each time. One read. */
export type ShowReconciliation = (
  merchantId: MerchantId,
  id: ReconciliationId,
) => ResultAsync<ShownReconciliation, ReconciliationNotFound | StorageUnavailable | ObjectStoreUnavailable>;

export const showReconciliation =
  ({
    objects,
    clock,
    getReconciliation,
  }: Readonly<{
    objects: ObjectStore;
    clock: Clock;
    getReconciliation: GetReconciliation;
  }>): ShowReconciliation =>
  (merchantId, id) =>
    safeTry(async function* () {
      const reconciliation = yield* getReconciliation(merchantId, id);
      if (!('report' in reconciliation) || reconciliation.report === undefined) return ok({ reconciliation });
      if ('fault' in reconciliation.report) return ok({ reconciliation });
      const link = (format: 'json' | 'csv') =>
        objects.signRead(reportObject({ merchantId, id }, format), {
          expiresAt: clock.now() + LINK_MS,
          fileName: `reconciliation-${id}.${format}`,
        });
      return ok({ reconciliation, report: { json: yield* link('json'), csv: yield* link('csv') } });
    });
