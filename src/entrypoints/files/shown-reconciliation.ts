import type { ShownReconciliation } from '../../application/files/show-reconciliation.ts';
import { publishedReconciliation } from '../../domain/files/published-reconciliation.ts';
import type { JsonObject } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';

/** As a read of one reconciliation answers it: published, with links to its report once there are any. */
export const shownReconciliation = ({ reconciliation, report }: ShownReconciliation): JsonObject => ({
  ...publishedReconciliation(reconciliation),
  ...present({ report_url: report?.json, report_csv_url: report?.csv }),
});
