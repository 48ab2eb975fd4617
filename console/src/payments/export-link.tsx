import { Link } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { mayUse } from '../api/session.ts';
import { useSession } from '../shell/session-context.ts';
import type { PaymentSearch } from './payment-search.ts';

/** To a file of the payments that the list shows, where files are chosen by the same filters as the list is. */
export function ExportLink({ search }: Readonly<{ search: PaymentSearch }>) {
  const session = useSession();
  const { customer_email, idempotency_key, metadata, attention, ...chosen } = search;
  const isOfLists = [customer_email, idempotency_key, metadata, attention].some(
    (value) => value !== undefined,
  );
  if (!mayUse(session, 'exports') || isOfLists) return null;
  return (
    <Link to="/exports" search={{ kind: 'payments', ...chosen }} className="button">
      <Download aria-hidden className="size-4" />
      Export these
    </Link>
  );
}
