import { useQuery } from '@tanstack/react-query';
import { Failure } from '../parts/answers.tsx';
import { Time } from '../parts/clock.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { PARKED } from './row-ids.ts';
import { RowList } from './row-list.tsx';
import { type ParkedEvent, parkedQuery, type Service, useUnpark } from './system-queries.ts';

const TITLES: Readonly<Record<Service, string>> = {
  platform: 'Parked events',
  approvals: 'Parked events of approvals',
};

/** Events that are not tried any more, the oldest first. */
export const ParkedEvents = ({ service }: Readonly<{ service: Service }>) => (
  <RowList
    id={PARKED[service]}
    title={TITLES[service]}
    rows={useQuery(parkedQuery(service))}
    none="None is parked."
  >
    {(event) => <Parked key={event.id} event={event} />}
  </RowList>
);

function Parked({ event }: Readonly<{ event: ParkedEvent }>) {
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
        <button
          type="button"
          data-row
          aria-disabled={unpark.isPending}
          onClick={() => {
            if (!unpark.isPending) unpark.mutate(undefined);
          }}
          className="button"
        >
          {unpark.isPending ? 'Sending…' : 'Put back on its way'}
        </button>
      </div>
      {error !== undefined && <p className="break-words text-bad">{error}</p>}
      {unpark.error !== null && <Failure error={unpark.error} />}
    </li>
  );
}
