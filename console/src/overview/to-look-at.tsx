import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { mayApprove, mayUse } from '../api/session.ts';
import { pendingApprovals } from '../approvals/approval-queries.ts';
import { useNow } from '../parts/now.ts';
import { Section } from '../parts/page.tsx';
import { useSession } from '../shell/session-context.ts';
import { isFailing } from '../webhooks/failing.ts';
import { endpointsQuery } from '../webhooks/webhook-queries.ts';
import { daysAgo, oldestAttention } from './oldest.ts';
import { attentionQuery, oldestProcessing, summaryQuery } from './overview-queries.ts';
import { periodOf } from './overview-search.ts';

/** What waits for people, each number a way to the rows that make it. */
export function ToLookAt() {
  const session = useSession();
  return (
    <Section title="To look at">
      <ul className="grid auto-rows-[minmax(7rem,auto)] grid-cols-1 gap-3 min-[28rem]:grid-cols-2 lg:grid-cols-5">
        <Attention />
        <Processing />
        <Authorized />
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

const INNER = 'flex flex-1 flex-col gap-1 rounded-lg px-4 py-3 hover:bg-hover';
const CARD = `card h-full ${INNER}`;
const SPLIT = 'card flex flex-col';
const OLDEST = 'rounded-lg px-4 pb-3 text-[13px] text-accent hover:underline';

/** Where the oldest is known, its age leads to it. */
function Attention() {
  const attention = useQuery(attentionQuery);
  const now = useNow();
  const total = attention.data?.total ?? 0;
  const oldest = attention.data && oldestAttention(attention.data, now);
  return (
    <li className={SPLIT}>
      <Link to="/payments" search={{ attention: 'true' }} className={INNER}>
        <Count name="Need attention" of={attention} count={total} isBad={total > 0} />
      </Link>
      {oldest !== undefined &&
        (oldest.id === undefined ? (
          <p className="px-4 pb-3 text-[13px] text-quiet">Oldest: {oldest.text}</p>
        ) : (
          <Link to="/payments/$id" params={{ id: oldest.id }} className={OLDEST}>
            Oldest: {oldest.text}
          </Link>
        ))}
    </li>
  );
}

/** On which of so many days the oldest was made is known, by the sums of days; earlier ones count as one. */
const DAYS = 30;

function Processing() {
  const summary = useQuery(summaryQuery);
  const period = periodOf(DAYS, useNow());
  const count = summary.data?.by_status.processing ?? 0;
  const { data: oldest } = useQuery({ ...oldestProcessing(period), enabled: count > 0 });
  return (
    <li className={SPLIT}>
      <Link to="/payments" search={{ status: 'processing' }} className={INNER}>
        <Count name="Processing" of={summary} count={count} />
      </Link>
      {count > 0 && oldest != null && (
        <Link
          to="/payments"
          search={{
            status: 'processing',
            start_date: oldest.isEarlier ? undefined : oldest.day,
            end_date: oldest.day,
          }}
          className={OLDEST}
        >
          Oldest: {oldest.isEarlier ? `over ${DAYS} days ago` : daysAgo(oldest.day, period.to)}
        </Link>
      )}
    </li>
  );
}

function Authorized() {
  const summary = useQuery(summaryQuery);
  return (
    <li>
      <Link to="/payments" search={{ status: 'authorized' }} className={CARD}>
        <Count name="Authorized, not captured" of={summary} count={summary.data?.by_status.authorized ?? 0} />
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
  const count = endpoints.data?.items.filter(isFailing).length ?? 0;
  return (
    <li>
      <Link to="/webhooks" search={{ endpoints: 'failing' }} className={CARD}>
        <Count name="Endpoints failing or disabled" of={endpoints} count={count} isBad={count > 0} />
      </Link>
    </li>
  );
}
