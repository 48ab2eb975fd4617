import { CreditCard, type LucideIcon } from 'lucide-react';
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
];
