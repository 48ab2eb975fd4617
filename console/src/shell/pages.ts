import { CreditCard, type LucideIcon, Scale, ScrollText, Users } from 'lucide-react';
import { mayUse, type Session } from '../api/session.ts';

export type PageLink = Readonly<{
  path: string;
  name: string;
  /** Pressed after `g`. */
  key: string;
  icon: LucideIcon;
  isFor: (session: Session) => boolean;
}>;

/** Every page of the side bar; those that a session may not use are left out. */
export const PAGES: readonly PageLink[] = [
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
    path: '/audit',
    name: 'Audit',
    key: 't',
    icon: ScrollText,
    isFor: (session) => mayUse(session, 'audit'),
  },
];
