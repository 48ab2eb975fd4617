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
import { mayApprove, mayManage, mayUse, type Session } from '../api/session.ts';

export type PageLink = Readonly<{
  path: string;
  name: string;
  /** Pressed after `g`. */
  key: string;
  icon: LucideIcon;
  isFor: (session: Session) => boolean;
  /** What is on it is of all merchants or of none, so that it is there without one. */
  spansMerchants?: true;
}>;

/** Every page of the side bar; those that a session may not use are left out. */
export const PAGES: readonly PageLink[] = [
  {
    path: '/overview',
    name: 'Overview',
    key: 'o',
    icon: ChartColumn,
    isFor: (session) => mayUse(session, 'payments'),
  },
  {
    path: '/payments',
    name: 'Payments',
    key: 'p',
    icon: CreditCard,
    isFor: (session) => mayUse(session, 'payments'),
  },
  {
    path: '/customers',
    name: 'Customers',
    key: 'c',
    icon: Users,
    isFor: (session) => mayUse(session, 'customers'),
  },
  {
    path: '/ledger',
    name: 'Ledger',
    key: 'l',
    icon: Scale,
    isFor: (session) => mayUse(session, 'transfers'),
  },
  {
    path: '/disputes',
    name: 'Disputes',
    key: 'd',
    icon: Gavel,
    isFor: (session) => mayUse(session, 'payments'),
  },
  {
    path: '/settlements',
    name: 'Settlements',
    key: 's',
    icon: HandCoins,
    isFor: (session) => mayUse(session, 'settlements'),
  },
  {
    path: '/reconciliations',
    name: 'Reconciliation',
    key: 'r',
    icon: FileCheck,
    isFor: (session) => mayUse(session, 'settlements'),
  },
  {
    path: '/exceptions',
    name: 'Exceptions',
    key: 'x',
    icon: TriangleAlert,
    isFor: (session) => mayUse(session, 'settlements'),
  },
  {
    path: '/exports',
    name: 'Exports',
    key: 'e',
    icon: FileDown,
    isFor: (session) => mayUse(session, 'exports'),
  },
  {
    path: '/approvals',
    name: 'Approvals',
    key: 'a',
    icon: Inbox,
    isFor: mayApprove,
    spansMerchants: true,
  },
  {
    path: '/fraud',
    name: 'Fraud review',
    key: 'f',
    icon: ShieldAlert,
    isFor: mayApprove,
    spansMerchants: true,
  },
  {
    path: '/webhooks',
    name: 'Webhooks',
    key: 'w',
    icon: Webhook,
    isFor: (session) => mayUse(session, 'webhooks'),
  },
  {
    path: '/audit',
    name: 'Audit',
    key: 't',
    icon: ScrollText,
    isFor: (session) => mayUse(session, 'audit'),
  },
  {
    path: '/merchants',
    name: 'Merchants',
    key: 'm',
    icon: Store,
    isFor: mayManage,
    spansMerchants: true,
  },
  {
    path: '/cost',
    name: 'Cost',
    key: 'u',
    icon: Coins,
    isFor: mayManage,
    spansMerchants: true,
  },
  {
    path: '/system',
    name: 'System',
    key: 'y',
    icon: Server,
    isFor: mayManage,
    spansMerchants: true,
  },
];

/** Whether an address, as its route has it, is of a page that shows what is of one merchant. */
export const isOfMerchant = (route: string): boolean =>
  PAGES.some(({ path, spansMerchants }) => spansMerchants !== true && route.startsWith(path));
