import type { RouteConfig } from '@hono/zod-openapi';
import type { Hono } from 'hono';
import type { UseCases } from '../../../application/use-cases.ts';
import type { StorageHealth } from '../../../ports/storage-health.ts';
import { getAudit, getAuditReport } from '../audit/audit-openapi.ts';
import { getAuditHandler, getAuditReportHandler } from '../audit/audit-routes.ts';
import {
  deleteCustomer,
  deletePaymentMethod,
  getCustomerById,
  getCustomers,
  patchCustomer,
  postCustomer,
  postPaymentMethod,
} from '../customers/customer-openapi.ts';
import {
  deleteCustomerHandler,
  deletePaymentMethodHandler,
  getCustomerHandler,
  getCustomersHandler,
  patchCustomerHandler,
  postCustomerHandler,
  postPaymentMethodHandler,
} from '../customers/customer-routes.ts';
import { getPaymentExport } from '../files/export-openapi.ts';
import { getPaymentExportHandler } from '../files/export-routes.ts';
import { getBalance, getLedgerEntries } from '../ledger/ledger-openapi.ts';
import { getBalanceHandler, getLedgerEntriesHandler } from '../ledger/ledger-routes.ts';
import { getTransferById, postTransfer } from '../ledger/transfer-openapi.ts';
import { getTransferHandler, postTransferHandler } from '../ledger/transfer-routes.ts';
import {
  getMerchantById,
  getMerchants,
  getOwnMerchant,
  patchMerchant,
  postMerchant,
} from '../merchants/merchant-openapi.ts';
import {
  getMerchantHandler,
  getMerchantsHandler,
  getOwnMerchantHandler,
  patchMerchantHandler,
  postMerchantHandler,
} from '../merchants/merchant-routes.ts';
import { postCapture, postRefund, postVoid } from '../payments/modification-openapi.ts';
import { postCaptureHandler, postRefundHandler, postVoidHandler } from '../payments/modification-routes.ts';
import {
  getPaymentHandler,
  getPaymentsHandler,
  postBatchHandler,
  postPaymentHandler,
  type TenantHandler,
} from '../payments/payment-routes.ts';
import { getPaymentSummary } from '../payments/summary-openapi.ts';
import { getPaymentSummaryHandler } from '../payments/summary-routes.ts';
import { webhookRoutes } from '../webhooks/webhook-routes.ts';
import { asAdmin, asMember, asTenant, type GateParts, withoutQuery } from './authorization.ts';
import { mountDocs } from './docs.ts';
import {
  BEARER,
  DOCUMENT,
  getHealthz,
  getMetrics,
  getPaymentById,
  getPayments,
  getReadyz,
  postBatch,
  postPayment,
} from './openapi.ts';
import { answerJson, type HttpEnv, refuse } from './request-context.ts';
import { type ServiceAppParts, serviceApp } from './service-app.ts';

export type PlatformAppParts = GateParts &
  ServiceAppParts &
  UseCases &
  Readonly<{
    health: StorageHealth;
    /** Routes that another service serves beside this one: they are in the same document. */
    besides?: readonly RouteConfig[];
  }>;

/**
 * The platform over HTTP, as a fetch handler that any server can run. A request gets its id, then its route, then its
 * principal, then its body read; the first of these that fails decides the answer, and every failure is a problem.
 */
export function platformApp(parts: PlatformAppParts): Hono<HttpEnv> {
  const { app, mount, refuseOtherMethods } = serviceApp(parts);
  const payments = (handler: TenantHandler) => asTenant(parts, 'payments', handler);
  // Fixed paths come before the patterns that would match them too.
  mount([postBatch, payments(withoutQuery(postBatchHandler(parts)))]);
  mount(
    [postPayment, payments(withoutQuery(postPaymentHandler(parts)))],
    [getPayments, payments(getPaymentsHandler(parts))],
  );
  mount([getPaymentSummary, payments(getPaymentSummaryHandler(parts))]);
  mount([getPaymentExport, asTenant(parts, 'exports', getPaymentExportHandler(parts))]);
  mount([getPaymentById, payments(withoutQuery(getPaymentHandler(parts)))]);
  mount([postCapture, payments(withoutQuery(postCaptureHandler(parts)))]);
  mount([postVoid, payments(withoutQuery(postVoidHandler(parts)))]);
  mount([postRefund, asTenant(parts, 'refunds', withoutQuery(postRefundHandler(parts)))]);
  const customers = (handler: TenantHandler) => asTenant(parts, 'customers', handler);
  mount(
    [postCustomer, customers(withoutQuery(postCustomerHandler(parts)))],
    [getCustomers, customers(getCustomersHandler(parts))],
  );
  mount(
    [getCustomerById, customers(withoutQuery(getCustomerHandler(parts)))],
    [patchCustomer, customers(withoutQuery(patchCustomerHandler(parts)))],
    [deleteCustomer, customers(withoutQuery(deleteCustomerHandler(parts)))],
  );
  mount([postPaymentMethod, customers(withoutQuery(postPaymentMethodHandler(parts)))]);
  mount([deletePaymentMethod, customers(withoutQuery(deletePaymentMethodHandler(parts)))]);
  mount(
    [postMerchant, asAdmin(parts, withoutQuery(postMerchantHandler(parts)))],
    [getMerchants, asAdmin(parts, getMerchantsHandler(parts))],
  );
  mount(
    [getMerchantById, asAdmin(parts, withoutQuery(getMerchantHandler(parts)))],
    [patchMerchant, asAdmin(parts, withoutQuery(patchMerchantHandler(parts)))],
  );
  mount([getOwnMerchant, asMember(parts, withoutQuery(getOwnMerchantHandler(parts)))]);
  const transfers = (handler: TenantHandler) => asTenant(parts, 'transfers', handler);
  mount([postTransfer, transfers(withoutQuery(postTransferHandler(parts)))]);
  mount([getTransferById, transfers(withoutQuery(getTransferHandler(parts)))]);
  mount([getBalance, transfers(withoutQuery(getBalanceHandler(parts)))]);
  mount([getLedgerEntries, transfers(getLedgerEntriesHandler(parts))]);
  mount([getAudit, asTenant(parts, 'audit', getAuditHandler(parts))]);
  mount([getAuditReport, asTenant(parts, 'audit', getAuditReportHandler(parts))]);
  for (const routes of webhookRoutes(parts)) mount(...routes);
  mount([getHealthz, () => answerJson(200, '{"status":"ok"}')]);
  mount([
    getReadyz,
    (c) =>
      parts.health.check().match(
        () => answerJson(200, JSON.stringify({ status: 'ready', storage: parts.health.name })),
        (failure) => refuse(c, failure),
      ),
  ]);
  mount([
    getMetrics,
    async () =>
      new Response(await parts.metrics.registry.metrics(), {
        headers: { 'Content-Type': parts.metrics.registry.contentType },
      }),
  ]);

  for (const route of parts.besides ?? []) app.openAPIRegistry.registerPath(route);
  app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', BEARER);
  const document = JSON.stringify(app.getOpenAPI31Document(DOCUMENT));
  app.get('/openapi.json', () => answerJson(200, document));
  mountDocs(app);
  for (const path of ['/openapi.json', '/docs', '/docs/*']) refuseOtherMethods(path, ['GET']);
  return app;
}
