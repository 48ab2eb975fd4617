import { Time } from '../parts/clock.tsx';
import type { SystemState } from './system-queries.ts';

/** From so many on the API counts no further. */
const MOST_COUNTED = 10_000;

type Props = Readonly<{ name: string; backlog: SystemState['outboxes']['platform'] }>;

/** What waits in one outbox, and what is not tried any more. */
export function OutboxCard({ name, backlog: { unsent, parked, oldest_at } }: Props) {
  return (
    <li className="card flex flex-col gap-3 p-4">
      <h3 className="font-medium">{name}</h3>
      <dl className="grid grid-cols-2 gap-3">
        <div>
          <dt className="text-quiet">Wait to be sent</dt>
          <dd className="text-2xl leading-8 font-semibold tabular-nums">
            {unsent >= MOST_COUNTED ? '10,000 or more' : unsent}
          </dd>
        </div>
        <div>
          <dt className="text-quiet">Parked</dt>
          <dd className={`text-2xl leading-8 font-semibold tabular-nums ${parked > 0 ? 'text-bad' : ''}`}>
            {parked}
          </dd>
        </div>
      </dl>
      <p className="text-[13px] text-quiet">
        {oldest_at === undefined ? (
          'Nothing waits.'
        ) : (
          <>
            The oldest is of <Time at={oldest_at} exact />.
          </>
        )}
      </p>
    </li>
  );
}
