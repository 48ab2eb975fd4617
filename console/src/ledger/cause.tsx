import { Link } from '@tanstack/react-router';
import type { LedgerEntry } from './ledger-queries.ts';

/** What the money moved for; a payment can be gone to. */
export function Cause({ entry }: Readonly<{ entry: LedgerEntry }>) {
  const { payment_id: id, transfer_id, statement_line_id, exception_id } = entry;
  if (id !== undefined)
    return (
      <Link
        to="/payments/$id"
        params={{ id }}
        data-row
        title={id}
        className="rounded text-accent hover:underline"
      >
        {id}
      </Link>
    );
  const other = transfer_id ?? statement_line_id ?? exception_id;
  return (
    <span className="text-quiet" title={other}>
      {other ?? '—'}
    </span>
  );
}
