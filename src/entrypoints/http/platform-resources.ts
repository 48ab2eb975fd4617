import type { UseCases } from '../../application/use-cases.ts';
import type { KeysHealth } from '../../ports/keys-health.ts';
import type { SecretHealth } from '../../ports/secrets.ts';
import type { StorageHealth } from '../../ports/storage-health.ts';
import { audit } from './audit/audit.ts';
import { auditChains } from './audit/chain.ts';
import { cost } from './cost/cost.ts';
import { customers } from './customers/customers.ts';
import { paymentMethods } from './customers/payment-methods.ts';
import { disputes } from './disputes/disputes.ts';
import { exceptionBatch } from './files/exception-batch.ts';
import { exceptions } from './files/exceptions.ts';
import { exportJobs } from './files/export-jobs.ts';
import { exportSchedules } from './files/export-schedules.ts';
import { exports } from './files/exports.ts';
import { objects } from './files/objects.ts';
import { reconciliations } from './files/reconciliations.ts';
import { settlements } from './files/settlements.ts';
import { ledger } from './ledger/ledger.ts';
import { statement } from './ledger/statement.ts';
import { transfers } from './ledger/transfers.ts';
import { merchants } from './merchants/merchants.ts';
import { operation, type ReadableMetrics } from './operation/operation.ts';
import type { ServedSystem } from './operation/served-system.ts';
import { system } from './operation/system.ts';
import { idempotencyKeys } from './payments/idempotency-keys.ts';
import { modifications } from './payments/modifications.ts';
import { paymentReports } from './payments/payment-report.ts';
import { paymentSummaries } from './payments/payment-summary.ts';
import { payments } from './payments/payments.ts';
import { processorNotifications, type ReceivedNotifications } from './payments/processor-notifications.ts';
import { refunds } from './payments/refunds.ts';
import { resolutions } from './payments/resolutions.ts';
import { search } from './search/search.ts';
import type { GateParts } from './server/authorization.ts';
import type { Standing } from './server/in-flight.ts';
import type { Resource } from './server/route.ts';
import type { ServiceAppParts } from './server/service-app.ts';
import { eventStream, type ServedStreams } from './webhooks/event-stream.ts';
import { events } from './webhooks/events.ts';
import { webhookDeliveries } from './webhooks/webhook-deliveries.ts';
import { webhookEndpoints } from './webhooks/webhook-endpoints.ts';

/** What the platform's routes need. */
export type PlatformParts = GateParts &
  ServiceAppParts &
  UseCases &
  Readonly<{
    health: StorageHealth;
    /** How the keys are that a service keeps; absent where none does. */
    keysHealth?: KeysHealth;
    secretHealth?: SecretHealth;
    /** Where the process is of a region. */
    standing?: Standing;
    /** What processors send by themselves; absent where none is taken. */
    notifications?: ReceivedNotifications;
    /** Where connections last: absent behind a gateway, where there are no streams. */
    eventStreams?: ServedStreams;
    /** What operators see of the process and both outboxes; absent where none lasts. */
    system?: ServedSystem;
    /** What `/metrics` beside the API shows; without it there is none. */
    readable?: ReadableMetrics;
  }>;

/** Everything the platform serves; the document lists it in this order. */
export const PLATFORM: readonly Resource<PlatformParts>[] = [
  payments,
  paymentSummaries,
  paymentReports,
  exports,
  exportJobs,
  exportSchedules,
  objects,
  reconciliations,
  settlements,
  exceptionBatch,
  exceptions,
  modifications,
  refunds,
  resolutions,
  idempotencyKeys,
  search,
  disputes,
  customers,
  paymentMethods,
  merchants,
  transfers,
  ledger,
  statement,
  audit,
  auditChains,
  webhookEndpoints,
  webhookDeliveries,
  events,
  eventStream,
  processorNotifications,
  cost,
  system,
  operation,
];
