import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { mayApprove, mayUse } from '../api/session.ts';
import { pendingApprovals } from '../approvals/approval-queries.ts';
import { Section } from '../parts/page.tsx';
import { useSession } from '../shell/session-context.ts';
import { endpointsQuery } from '../webhooks/webhook-queries.ts';
import { attentionQuery, summaryQuery } from './overview-queries.ts';

/** What waits for people, each number a way to the rows that make it. */
export function ToLookAt() {
  const session = useSession();
  return (
    <Section title="To look at">
      <ul className="grid grid-cols-1 gap-3 min-[28rem]:grid-cols-2 lg:grid-cols-5">
        <Attention />
        <OfStatus status="processing" name="Processing" />
        <OfStatus status="authorized" name="Authorized, not captured" />
        {mayApprove(session) && <Approvals />}
        {mayUse(session, 'webhooks') && <FailingEndpoints />}
      </ul>
    </Section>
  );
}

type CountProps = Readonly<{ name: string; of: UseQueryResult<unknown>; count: ReactNode; isBad?: boolean }>;

/** A number as large as it is short; a dash while it is not known. */
function Count({ name, of, count, isBad = false }: CountProps) {
  return (
    <>
      <span className="text-quiet">{name}</span>
      <span className={`text-2xl leading-8 font-semibold tabular-nums ${isBad ? 'text-bad' : ''}`}>
        {of.isSuccess ? count : of.isError ? '—' : ' '}
      </span>
    </>
  );
}

const CARD = 'card flex h-full flex-col gap-1 px-4 py-3 hover:bg-hover';

function Attention() {
  const attention = useQuery(attentionQuery);
  const total = attention.data?.total ?? 0;
  return (
    <li>
      <Link to="/payments" search={{ attention: 'true' }} className={CARD}>
        <Count name="Need attention" of={attention} count={total} isBad={total > 0} />
      </Link>
    </li>
  );
}

function OfStatus({ status, name }: Readonly<{ status: 'processing' | 'authorized'; name: string }>) {
  const summary = useQuery(summaryQuery);
  return (
    <li>
      <Link to="/payments" search={{ status }} className={CARD}>
        <Count name={name} of={summary} count={summary.data?.by_status[status] ?? 0} />
      </Link>
    </li>
  );
}

function Approvals() {
  const pending = useQuery(pendingApprovals);
  const { length } = pending.data?.payments ?? [];
  const isMore = pending.data?.pagination.nextCursor != null;
  return (
    <li>
      <Link to="/approvals" search={{}} className={CARD}>
        <Count name="Wait for approval" of={pending} count={isMore ? `${length} or more` : length} />
      </Link>
    </li>
  );
}

function FailingEndpoints() {
  const endpoints = useQuery(endpointsQuery);
  const failing = endpoints.data?.items.filter(
    ({ failing_since, status }) => failing_since !== undefined || status === 'disabled',
  );
  const count = failing?.length ?? 0;
  return (
    <li>
      <Link to="/webhooks" search={{}} className={CARD}>
        <Count name="Failing endpoints" of={endpoints} count={count} isBad={count > 0} />
      </Link>
    </li>
  );
}
