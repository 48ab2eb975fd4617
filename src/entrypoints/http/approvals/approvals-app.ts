import type { Hono } from 'hono';
import type { ApprovalsUseCases } from '../../../application/approvals/approvals-use-cases.ts';
import type { GateParts } from '../server/authorization.ts';
import type { HttpEnv } from '../server/request-context.ts';
import type { Resource } from '../server/route.ts';
import { type ServiceAppParts, serviceApp } from '../server/service-app.ts';
import { vendorPaymentDecisions } from './vendor-payment-decisions.ts';
import { vendorPaymentReports } from './vendor-payment-reports.ts';
import { vendorPayments } from './vendor-payments.ts';
import { workCompletedEvents } from './work-completed.ts';

export type ApprovalsAppParts = GateParts & ServiceAppParts & ApprovalsUseCases;

/** Everything that approvals serve, as it is documented beside the platform. */
export const APPROVALS: readonly Resource<ApprovalsAppParts>[] = [
  vendorPayments,
  vendorPaymentDecisions,
  vendorPaymentReports,
  workCompletedEvents,
];

/**
 * Approvals over HTTP, as a fetch handler of its own that any server can run. A request gets its id, then its route, then
 * its principal and what its roles allow, then its body read; the first of these that fails decides the answer.
 */
export const approvalsApp = (parts: ApprovalsAppParts): Hono<HttpEnv> => serviceApp(parts, APPROVALS);
