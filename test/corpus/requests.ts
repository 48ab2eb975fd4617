import type { CorpusGroup } from './corpus-request.ts';
import { auditAndExport } from './requests/audit-and-export.ts';
import { authentication } from './requests/authentication.ts';
import { batches } from './requests/batches.ts';
import { cost } from './requests/cost.ts';
import { customers } from './requests/customers.ts';
import { customersWhoAct } from './requests/customers-who-act.ts';
import { documents } from './requests/documents.ts';
import { exceptions } from './requests/exceptions.ts';
import { exportSchedules } from './requests/export-schedules.ts';
import { merchants } from './requests/merchants.ts';
import { movements } from './requests/movements.ts';
import { processorNotifications } from './requests/processor-notifications.ts';
import { readingPayments } from './requests/reading-payments.ts';
import { reconciliations } from './requests/reconciliations.ts';
import { refusedPayments } from './requests/refused-payments.ts';
import { refusedVendorPayments } from './requests/refused-vendor-payments.ts';
import { resolutions } from './requests/resolutions.ts';
import { settlements } from './requests/settlements.ts';
import { system } from './requests/system.ts';
import { takingPayments } from './requests/taking-payments.ts';
import { transfers } from './requests/transfers.ts';
import { vendorPayments } from './requests/vendor-payments.ts';
import { webhooks } from './requests/webhooks.ts';
import { workEvents } from './requests/work-events.ts';

/** All requests, by what they are about; each group is recorded in a file of that name. */
export const CORPUS: Readonly<Record<string, CorpusGroup>> = {
  'taking-payments': takingPayments,
  'refused-payments': refusedPayments,
  batches,
  'reading-payments': readingPayments,
  movements,
  authentication,
  customers,
  merchants,
  transfers,
  webhooks,
  'audit-and-export': auditAndExport,
  'export-schedules': exportSchedules,
  reconciliations,
  exceptions,
  documents,
  'vendor-payments': vendorPayments,
  'refused-vendor-payments': refusedVendorPayments,
  'work-events': workEvents,
  settlements,
  'processor-notifications': processorNotifications,
  resolutions,
  'customers-who-act': customersWhoAct,
  cost,
  system,
};
