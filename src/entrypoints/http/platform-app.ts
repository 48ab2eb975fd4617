import type { Hono } from 'hono';
import type { UseCases } from '../../application/use-cases.ts';
import type { StorageHealth } from '../../ports/storage-health.ts';
import { audit } from './audit/audit.ts';
import { customers } from './customers/customers.ts';
import { paymentMethods } from './customers/payment-methods.ts';
import { exceptionBatch } from './files/exception-batch.ts';
import { exceptions } from './files/exceptions.ts';
import { exportJobs } from './files/export-jobs.ts';
import { exportSchedules } from './files/export-schedules.ts';
import { exports } from './files/exports.ts';
import { objects } from './files/objects.ts';
import { reconciliations } from './files/reconciliations.ts';
import { settlements } from './files/settlements.ts';
import { ledger } from './ledger/ledger.ts';
import { transfers } from './ledger/transfers.ts';
import { merchants } from './merchants/merchants.ts';
import { mountDocs } from './operation/docs.ts';
import { documentOf } from './operation/openapi-document.ts';
import { type MetricsAccess, operation } from './operation/operation.ts';
import { idempotencyKeys } from './payments/idempotency-keys.ts';
import { modifications } from './payments/modifications.ts';
import { paymentSummaries } from './payments/payment-summary.ts';
import { payments } from './payments/payments.ts';
import { ACCESS_PROBLEMS, type GateParts } from './server/authorization.ts';
import type { HttpEnv } from './server/request-context.ts';
import type { Resource } from './server/route.ts';
import { SERVICE_PROBLEMS, type ServiceAppParts, serviceApp } from './server/service-app.ts';
import { events } from './webhooks/events.ts';
import { webhookDeliveries } from './webhooks/webhook-deliveries.ts';
import { webhookEndpoints } from './webhooks/webhook-endpoints.ts';

type PlatformParts = GateParts &
  ServiceAppParts &
  UseCases &
  Readonly<{ health: StorageHealth; metricsAccess: MetricsAccess }>;

export type PlatformAppParts = PlatformParts &
  Readonly<{
    /** What another service serves beside this one: it is in the same document. */
    besides?: readonly Resource<never>[];
  }>;

/** Everything the platform serves; the document lists it in this order. */
export const PLATFORM: readonly Resource<PlatformParts>[] = [
  payments,
  paymentSummaries,
  exports,
  exportJobs,
  exportSchedules,
  objects,
  reconciliations,
  settlements,
  exceptionBatch,
  exceptions,
  modifications,
  idempotencyKeys,
  customers,
  paymentMethods,
  merchants,
  transfers,
  ledger,
  audit,
  webhookEndpoints,
  webhookDeliveries,
  events,
  operation,
];

/**
 * The platform over HTTP, as a fetch handler that any server can run. A request gets its id, then its route, then its
 * principal, then its body read; the first of these that fails decides the answer, and every failure is a problem.
 */
export function platformApp({ besides = [], ...parts }: PlatformAppParts): Hono<HttpEnv> {
  const app = serviceApp<PlatformParts>(parts, PLATFORM);
  const documented: readonly Resource<never>[] = [...PLATFORM, ...besides];
  mountDocs(app, {
    document: documentOf(documented),
    problems: [...SERVICE_PROBLEMS, ...ACCESS_PROBLEMS, ...documented.flatMap(({ problems }) => problems)],
  });
  return app;
}

type FetchApp = Readonly<{ fetch: (request: Request, env?: object) => Response | Promise<Response> }>;

/** Both services behind one address: approvals below `/approvals`, and all else the platform's. */
export const wholeApp = (platform: FetchApp, approvals: FetchApp): FetchApp => ({
  fetch: (request, env) =>
    (isOfApprovals(new URL(request.url).pathname) ? approvals : platform).fetch(request, env),
});

const isOfApprovals = (path: string): boolean => path === '/approvals' || path.startsWith('/approvals/');
