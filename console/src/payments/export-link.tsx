import { Link } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { mayUse } from '../api/session.ts';
import { useSession } from '../shell/session-context.ts';
import type { PaymentSearch } from './payment-search.ts';

/** To a file of the payments that the list shows; of a customer's by their id, since no export knows an email. */
export function ExportLink({ search }: Readonly<{ search: PaymentSearch }>) {
  const session = useSession();
  const { customer_email: _, ...chosen } = search;
  if (!mayUse(session, 'exports')) return null;
  return (
    <Link to="/exports" search={{ kind: 'payments', ...chosen }} className="button">
      <Download aria-hidden className="size-4" />
      Export these
    </Link>
  );
}
