import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { chosenMerchant, consoleOf } from './api/address.ts';
import { approvalSearch } from './approvals/approval-search.ts';
import { auditSearch } from './audit/audit-search.ts';
import { costSearch } from './cost/cost-search.ts';
import { disputeSearch } from './disputes/dispute-search.ts';
import { exceptionSearch } from './exceptions/exception-search.ts';
import { exportSearch } from './exports/export-search.ts';
import { fraudSearch } from './fraud/fraud-search.ts';
import { ledgerSearch } from './ledger/ledger-search.ts';
import { overviewSearch } from './overview/overview-search.ts';
import { Empty } from './parts/answers.tsx';
import { keepWayBack } from './parts/way-back.ts';
import { askForPayments } from './payments/payment-queries.ts';
import { paymentSearch } from './payments/payment-search.ts';
import { reconciliationSearch } from './reconciliations/reconciliation-search.ts';
import { settlementSearch } from './settlements/settlement-search.ts';
import { Entrance } from './shell/entrance.tsx';
import { Landing } from './shell/landing.tsx';
import { PageFault } from './shell/page-fault.tsx';
import { webhookSearch } from './webhooks/webhook-search.ts';

const root = createRootRouteWithContext<Readonly<{ queries: QueryClient }>>()({
  component: Entrance,
  errorComponent: PageFault,
  notFoundComponent: () => <Empty title="There is no such page">The side bar has those there are.</Empty>,
});

const landing = createRoute({ getParentRoute: () => root, path: '/', component: Landing });

const overview = createRoute({
  getParentRoute: () => root,
  path: '/overview',
  validateSearch: (search) => overviewSearch.parse(search),
  component: lazyRouteComponent(() => import('./overview/overview-page.tsx'), 'OverviewPage'),
});

const approvals = createRoute({
  getParentRoute: () => root,
  path: '/approvals',
  validateSearch: (search) => approvalSearch.parse(search),
  component: lazyRouteComponent(() => import('./approvals/approvals-page.tsx'), 'ApprovalsPage'),
});

const webhooks = createRoute({
  getParentRoute: () => root,
  path: '/webhooks',
  validateSearch: (search) => webhookSearch.parse(search),
  component: lazyRouteComponent(() => import('./webhooks/webhooks-page.tsx'), 'WebhooksPage'),
});

const payments = createRoute({
  getParentRoute: () => root,
  path: '/payments',
  validateSearch: (search) => paymentSearch.parse(search),
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => askForPayments(context.queries, deps),
  component: lazyRouteComponent(() => import('./payments/payments-page.tsx'), 'PaymentsPage'),
});

const payment = createRoute({
  getParentRoute: () => root,
  path: '/payments/$id',
  component: lazyRouteComponent(() => import('./payments/payment-page.tsx'), 'PaymentPage'),
});

const customers = createRoute({
  getParentRoute: () => root,
  path: '/customers',
  component: lazyRouteComponent(() => import('./customers/customers-page.tsx'), 'CustomersPage'),
});

const customer = createRoute({
  getParentRoute: () => root,
  path: '/customers/$id',
  component: lazyRouteComponent(() => import('./customers/customer-page.tsx'), 'CustomerPage'),
});

const ledger = createRoute({
  getParentRoute: () => root,
  path: '/ledger',
  validateSearch: (search) => ledgerSearch.parse(search),
  component: lazyRouteComponent(() => import('./ledger/ledger-page.tsx'), 'LedgerPage'),
});

const audit = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  validateSearch: (search) => auditSearch.parse(search),
  component: lazyRouteComponent(() => import('./audit/audit-page.tsx'), 'AuditPage'),
});

const disputes = createRoute({
  getParentRoute: () => root,
  path: '/disputes',
  validateSearch: (search) => disputeSearch.parse(search),
  component: lazyRouteComponent(() => import('./disputes/disputes-page.tsx'), 'DisputesPage'),
});

const fraud = createRoute({
  getParentRoute: () => root,
  path: '/fraud',
  validateSearch: (search) => fraudSearch.parse(search),
  component: lazyRouteComponent(() => import('./fraud/fraud-page.tsx'), 'FraudPage'),
});

const cost = createRoute({
  getParentRoute: () => root,
  path: '/cost',
  validateSearch: (search) => costSearch.parse(search),
  component: lazyRouteComponent(() => import('./cost/cost-page.tsx'), 'CostPage'),
});

const exports = createRoute({
  getParentRoute: () => root,
  path: '/exports',
  validateSearch: (search) => exportSearch.parse(search),
  component: lazyRouteComponent(() => import('./exports/exports-page.tsx'), 'ExportsPage'),
});

const settlements = createRoute({
  getParentRoute: () => root,
  path: '/settlements',
  validateSearch: (search) => settlementSearch.parse(search),
  component: lazyRouteComponent(() => import('./settlements/settlements-page.tsx'), 'SettlementsPage'),
});

const settlement = createRoute({
  getParentRoute: () => root,
  path: '/settlements/$id',
  component: lazyRouteComponent(() => import('./settlements/settlement-page.tsx'), 'SettlementPage'),
});

const reconciliations = createRoute({
  getParentRoute: () => root,
  path: '/reconciliations',
  component: lazyRouteComponent(
    () => import('./reconciliations/reconciliations-page.tsx'),
    'ReconciliationsPage',
  ),
});

const reconciliation = createRoute({
  getParentRoute: () => root,
  path: '/reconciliations/$id',
  validateSearch: (search) => reconciliationSearch.parse(search),
  component: lazyRouteComponent(
    () => import('./reconciliations/reconciliation-page.tsx'),
    'ReconciliationPage',
  ),
});

const exceptions = createRoute({
  getParentRoute: () => root,
  path: '/exceptions',
  validateSearch: (search) => exceptionSearch.parse(search),
  component: lazyRouteComponent(() => import('./exceptions/exceptions-page.tsx'), 'ExceptionsPage'),
});

const exception = createRoute({
  getParentRoute: () => root,
  path: '/exceptions/$id',
  component: lazyRouteComponent(() => import('./exceptions/exception-page.tsx'), 'ExceptionPage'),
});

const merchants = createRoute({
  getParentRoute: () => root,
  path: '/merchants',
  component: lazyRouteComponent(() => import('./merchants/merchants-page.tsx'), 'MerchantsPage'),
});

const merchant = createRoute({
  getParentRoute: () => root,
  path: '/merchants/$id',
  component: lazyRouteComponent(() => import('./merchants/merchant-page.tsx'), 'MerchantPage'),
});

const system = createRoute({
  getParentRoute: () => root,
  path: '/system',
  component: lazyRouteComponent(() => import('./system/system-page.tsx'), 'SystemPage'),
});

/** Search parameters are texts under their names, as in the API. Pages may ask for what they show while their code is loaded. */
export function consoleRouter(queries: QueryClient) {
  const router = createRouter({
    routeTree: root.addChildren([
      landing,
      overview,
      payments,
      payment,
      customers,
      customer,
      ledger,
      disputes,
      settlements,
      settlement,
      reconciliations,
      reconciliation,
      exceptions,
      exception,
      exports,
      approvals,
      fraud,
      webhooks,
      audit,
      merchants,
      merchant,
      cost,
      system,
    ]),
    context: { queries },
    basepath: consoleOf(chosenMerchant),
    defaultErrorComponent: PageFault,
    parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
    stringifySearch: (search) => {
      const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '');
      const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
      return text === '' ? '' : `?${text}`;
    },
    scrollRestoration: true,
  });
  keepWayBack(router);
  return router;
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof consoleRouter>;
  }
}
