import { useQuery } from '@tanstack/react-query';
import { Failure, Skeleton } from '../parts/answers.tsx';
import { Time } from '../parts/clock.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { Section } from '../parts/page.tsx';
import { type ParkedEvent, parkedQuery, type Service, useUnpark } from './system-queries.ts';

const TITLES: Readonly<Record<Service, string>> = {
  platform: 'Parked events',
  approvals: 'Parked events of approvals',
};

/** Events that are not tried any more, the oldest first; those of approvals are put back from the command line. */
export function ParkedEvents({ service }: Readonly<{ service: Service }>) {
  const { data, error, refetch } = useQuery(parkedQuery(service));
  return (
    <Section title={TITLES[service]}>
      {error !== null && data === undefined ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton rows={2} label="Loading parked events" />
      ) : data.items.length === 0 ? (
        <p className="text-quiet">None is parked.</p>
      ) : (
        <>
          <ul className="card divide-y divide-line">
            {data.items.map((event) => (
              <Parked key={event.id} event={event} canUnpark={service === 'platform'} />
            ))}
          </ul>
          {data.has_more && <p className="text-quiet">The oldest {data.items.length} of more.</p>}
        </>
      )}
    </Section>
  );
}

function Parked({ event, canUnpark }: Readonly<{ event: ParkedEvent; canUnpark: boolean }>) {
  const unpark = useUnpark(event);
  const { id, type, merchant_id, created, tries, error } = event;
  return (
    <li className="flex flex-col gap-2 px-4 py-3">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <p className="font-medium">{type}</p>
          <Copyable text={id} label="event id" />
          <p className="text-[13px] text-quiet">
            {merchant_id !== undefined && `${merchant_id} · `}
            <Time at={created} /> · {tries} tries
          </p>
        </div>
        {canUnpark ? (
          <button
            type="button"
            data-row
            aria-disabled={unpark.isPending}
            onClick={() => {
              if (!unpark.isPending) unpark.mutate();
            }}
            className="button"
          >
            {unpark.isPending ? 'Sending…' : 'Put back on its way'}
          </button>
        ) : (
          <code className="font-mono text-xs break-all text-quiet">paywright outbox unpark {id}</code>
        )}
      </div>
      {error !== undefined && <p className="break-words text-bad">{error}</p>}
      {unpark.error !== null && <Failure error={unpark.error} />}
    </li>
  );
}
