import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Badge, inWords, type Tone } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { count } from '../parts/count.ts';
import { DEAD_LETTERS, DELIVERIES, JOBS, UNSENT } from './row-ids.ts';
import { RowList } from './row-list.tsx';
import {
  deadLettersQuery,
  dueDeliveriesQuery,
  openJobsQuery,
  type Service,
  type SystemState,
  unsentQuery,
} from './system-queries.ts';

/** The lists of those numbers that are not 0. */
export function WaitingRows({ system }: Readonly<{ system: SystemState }>) {
  const { outboxes, jobs, webhook_deliveries, approval_queue } = system;
  return (
    <>
      {outboxes.platform.unsent > 0 && <UnsentEvents service="platform" />}
      {outboxes.approvals.unsent > 0 && <UnsentEvents service="approvals" />}
      {(approval_queue?.dead ?? 0) > 0 && <DeadLetters />}
      {jobs.due + jobs.running + jobs.later > 0 && <OpenJobs />}
      {webhook_deliveries.due > 0 && <DueDeliveries />}
    </>
  );
}

const GONE = 'It is gone by now.';

/** What a row is, by what id, and below what else there is to say. */
function Row({
  head,
  id,
  label,
  aside,
  children,
}: Readonly<{ head: string; id: string; label: string; aside?: ReactNode; children: ReactNode }>) {
  return (
    <li className="flex flex-wrap items-start justify-between gap-3 px-4 py-3">
      <div className="min-w-0">
        <p className="font-medium">{head}</p>
        <Copyable text={id} label={label} />
        <p className="text-[13px] break-words text-quiet">{children}</p>
      </div>
      {aside}
    </li>
  );
}

const UNSENT_TITLES: Readonly<Record<Service, string>> = {
  platform: 'Events that wait',
  approvals: 'Events of approvals that wait',
};

const UnsentEvents = ({ service }: Readonly<{ service: Service }>) => (
  <RowList
    id={UNSENT[service]}
    title={UNSENT_TITLES[service]}
    rows={useQuery(unsentQuery(service))}
    none={GONE}
  >
    {({ id, type, merchant_id, created }) => (
      <Row key={id} head={type} id={id} label="event id">
        {merchant_id !== undefined && `${merchant_id} · `}
        <Time at={created} />
      </Row>
    )}
  </RowList>
);

const STATES: Readonly<Record<string, readonly [string, Tone]>> = {
  due: ['Due', 'warn'],
  running: ['Worked on', 'info'],
  later: ['Put off', 'plain'],
};

const OpenJobs = () => (
  <RowList id={JOBS} title="Jobs of files" rows={useQuery(openJobsQuery)} none={GONE}>
    {({ id, work, state, merchant_id, subject, due_at, attempts, last_error, done, total }) => {
      const [word, tone] = STATES[state] ?? [inWords(state), 'plain'];
      return (
        <Row
          key={id}
          head={inWords(work)}
          id={subject}
          label="id of what it makes"
          aside={<Badge tone={tone}>{word}</Badge>}
        >
          {merchant_id !== undefined && `${merchant_id} · `}
          {done} {total !== undefined && `of ${total} `}rows · {state === 'running' ? 'leased until' : 'due'}{' '}
          <Time at={due_at} />
          {attempts > 0 && (
            <span className="text-bad">
              {' '}
              · {attempts} tries in a row came to nothing
              {last_error !== undefined && `, the last by ${last_error}`}
            </span>
          )}
        </Row>
      );
    }}
  </RowList>
);

const DueDeliveries = () => (
  <RowList
    id={DELIVERIES}
    title="Webhook deliveries that are due"
    rows={useQuery(dueDeliveriesQuery)}
    none={GONE}
  >
    {({ id, merchant_id, endpoint_id, event_type, due_at, tries }) => (
      <Row key={id} head={event_type} id={id} label="delivery id">
        {merchant_id} · {endpoint_id} · {tries} tries · due <Time at={due_at} />
      </Row>
    )}
  </RowList>
);

const DeadLetters = () => (
  <>
    <RowList
      id={DEAD_LETTERS}
      title="Dead letters to approvers"
      rows={useQuery(deadLettersQuery)}
      none={GONE}
    >
      {({ payment_id, incident_id, vendor_id, amount_cents, priority, created }) => (
        <Row
          key={payment_id}
          head={`Incident ${incident_id}`}
          id={payment_id}
          label="payment id"
          aside={
            <Badge tone={priority === 'high' ? 'warn' : 'plain'}>{`${inWords(priority)} priority`}</Badge>
          }
        >
          {count(amount_cents)} cents to vendor {vendor_id} · <Time at={created} />
        </Row>
      )}
    </RowList>
    <p className="text-quiet">
      Once their consumer is mended,{' '}
      <code className="font-mono text-xs">paywright approval-queue redrive</code> makes them wait again.
    </p>
  </>
);
