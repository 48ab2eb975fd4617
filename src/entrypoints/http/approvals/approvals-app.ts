import type { Hono } from 'hono';
import type { ApprovalsUseCases } from '../../../application/approvals/approvals-use-cases.ts';
import type { Permission } from '../../../domain/approvals/approver.ts';
import { type ApproverHandler, asRole, type GateParts, withoutQuery } from '../server/authorization.ts';
import type { Route } from '../server/openapi.ts';
import type { HttpEnv } from '../server/request-context.ts';
import { type ServedRoute, type ServiceAppParts, serviceApp } from '../server/service-app.ts';
import {
  getFlagged,
  getPending,
  getVendorPaymentAudit,
  getVendorPaymentById,
  getVendorPayments,
  patchVendorPayment,
  postApproval,
  postEvent,
  postProcessing,
  postRejection,
  postVendorPayment,
} from './approvals-openapi.ts';
import { postEventHandler } from './event-routes.ts';
import {
  getReviewHandler,
  getVendorPaymentAuditHandler,
  getVendorPaymentHandler,
  getVendorPaymentsHandler,
  patchVendorPaymentHandler,
  postApprovalHandler,
  postProcessingHandler,
  postRejectionHandler,
  postVendorPaymentHandler,
} from './vendor-payment-routes.ts';

export type ApprovalsAppParts = GateParts & ServiceAppParts & ApprovalsUseCases;

/**
 * Approvals over HTTP, as a fetch handler of its own that any server can run. A request gets its id, then its route, then
 * its principal and what its roles allow, then its body read; the first of these that fails decides the answer.
 */
export function approvalsApp(parts: ApprovalsAppParts): Hono<HttpEnv> {
  const { app, mount } = serviceApp(parts);
  const serve = (route: Route, permission: Permission, handler: ApproverHandler): ServedRoute => [
    route,
    asRole(parts, permission, handler),
  ];
  // Fixed paths come before the pattern that would match them too.
  mount(
    serve(postVendorPayment, 'create', withoutQuery(postVendorPaymentHandler(parts))),
    serve(getVendorPayments, 'see', getVendorPaymentsHandler(parts)),
  );
  mount(serve(getPending, 'list', getReviewHandler(parts.listPending)));
  mount(serve(getFlagged, 'list', getReviewHandler(parts.listFlagged)));
  mount(
    serve(getVendorPaymentById, 'see', withoutQuery(getVendorPaymentHandler(parts))),
    serve(patchVendorPayment, 'change', withoutQuery(patchVendorPaymentHandler(parts))),
  );
  mount(serve(getVendorPaymentAudit, 'audit', withoutQuery(getVendorPaymentAuditHandler(parts))));
  mount(serve(postApproval, 'approve', withoutQuery(postApprovalHandler(parts))));
  mount(serve(postRejection, 'reject', withoutQuery(postRejectionHandler(parts))));
  mount(serve(postProcessing, 'process', withoutQuery(postProcessingHandler(parts))));
  mount(serve(postEvent, 'record', withoutQuery(postEventHandler(parts))));
  return app;
}
