import {
  ChartColumn,
  Coins,
  CreditCard,
  FileCheck,
  FileDown,
  Gavel,
  HandCoins,
  Inbox,
  type LucideIcon,
  Scale,
  ScrollText,
  Server,
  ShieldAlert,
  Store,
  TriangleAlert,
  Users,
  Webhook,
} from 'lucide-react';
import { mayApprove, type Session } from '../api/session.ts';

export type PageLink = Readonly<{
  path: string;
  name: string;
  /** Pressed after `g`. */
  key: string;
  icon: LucideIcon;
  /** The permission without which the API answers nothing that is on it, or `role`: that of who decides about payments to vendors. */
  needs: string;
  /** What is on it is of all merchants or of none, so that it is there without one. */
  spansMerchants?: true;
}>;

/** Every page of the side bar. */
const PAGES: readonly PageLink[] = [
  {
    path: '/overview',
    name: 'Overview',
    key: 'o',
    icon: ChartColumn,
    needs: 'payments',
  },
  {
    path: '/payments',
    name: 'Payments',
    key: 'p',
    icon: CreditCard,
    needs: 'payments',
  },
  {
    path: '/customers',
    name: 'Customers',
    key: 'c',
    icon: Users,
    needs: 'customers',
  },
  {
    path: '/ledger',
    name: 'Ledger',
    key: 'l',
    icon: Scale,
    needs: 'transfers',
  },
  {
    path: '/disputes',
    name: 'Disputes',
    key: 'd',
    icon: Gavel,
    needs: 'payments',
  },
  {
    path: '/settlements',
    name: 'Settlements',
    key: 's',
    icon: HandCoins,
    needs: 'settlements',
  },
  {
    path: '/reconciliations',
    name: 'Reconciliation',
    key: 'r',
    icon: FileCheck,
    needs: 'settlements',
  },
  {
    path: '/exceptions',
    name: 'Exceptions',
    key: 'x',
    icon: TriangleAlert,
    needs: 'settlements',
  },
  {
    path: '/exports',
    name: 'Exports',
    key: 'e',
    icon: FileDown,
    needs: 'exports',
  },
  {
    path: '/approvals',
    name: 'Approvals',
    key: 'a',
    icon: Inbox,
    needs: 'role',
    spansMerchants: true,
  },
  {
    path: '/fraud',
    name: 'Fraud review',
    key: 'f',
    icon: ShieldAlert,
    needs: 'role',
    spansMerchants: true,
  },
  {
    path: '/webhooks',
    name: 'Webhooks',
    key: 'w',
    icon: Webhook,
    needs: 'webhooks',
  },
  {
    path: '/audit',
    name: 'Audit',
    key: 't',
    icon: ScrollText,
    needs: 'audit',
  },
  {
    path: '/merchants',
    name: 'Merchants',
    key: 'm',
    icon: Store,
    needs: 'admin',
    spansMerchants: true,
  },
  {
    path: '/cost',
    name: 'Cost',
    key: 'u',
    icon: Coins,
    needs: 'admin',
    spansMerchants: true,
  },
  {
    path: '/system',
    name: 'System',
    key: 'y',
    icon: Server,
    needs: 'admin',
    spansMerchants: true,
  },
];

/** That of an address, as its route has it. */
export const pageOf = (route: string): PageLink | undefined =>
  PAGES.find(({ path }) => route.startsWith(path));

/** Whether a session may use a page: one that is of a merchant once there is one. */
export const mayOpen = ({ needs, spansMerchants }: PageLink, session: Session): boolean =>
  needs === 'role'
    ? mayApprove(session)
    : session.permissions.includes(needs) && (spansMerchants === true || session.merchant_id !== undefined);

/** Those that a session may use; the others are left out. */
export const pagesFor = (session: Session): readonly PageLink[] =>
  PAGES.filter((page) => mayOpen(page, session));
