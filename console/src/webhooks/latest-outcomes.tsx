import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { inWords } from '../parts/badge.tsx';
import { type Delivery, latestDeliveries } from './webhook-queries.ts';
import { DELIVERY_STATUSES } from './webhook-search.ts';

const STEP = 4;
const HEIGHT = 24;

/** How high a delivery stands, and in which colour: what did not arrive is low. */
const LOOKS: Readonly<Record<Delivery['status'], Readonly<{ height: number; colour: string }>>> = {
  delivered: { height: HEIGHT, colour: 'fill-good' },
  pending: { height: 14, colour: 'fill-warn' },
  failed: { height: 7, colour: 'fill-bad' },
  expired: { height: 7, colour: 'fill-bad' },
};

/** What became of an endpoint's latest deliveries, oldest at the left, with the counts beside it, each a way to all of its status: more, where that is said. */
export function LatestOutcomes({ endpoint }: Readonly<{ endpoint: string }>) {
  const { data } = useQuery(latestDeliveries(endpoint));
  if (data === undefined) return <div className="h-6" />;
  if (data.items.length === 0) return <p className="h-6 text-[13px] text-quiet">Nothing was sent yet.</p>;
  const oldestFirst = data.items.toReversed();
  const counts = DELIVERY_STATUSES.map((status) => ({
    status,
    count: oldestFirst.filter((each) => each.status === status).length,
  })).filter(({ count }) => count > 0);
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
      <svg
        role="img"
        aria-label={`The latest deliveries, oldest first: ${counts.map(({ status, count }) => `${count} ${status}`).join(', ')}`}
        width={oldestFirst.length * STEP}
        height={HEIGHT}
        viewBox={`0 0 ${oldestFirst.length * STEP} ${HEIGHT}`}
        className="max-w-full"
      >
        {oldestFirst.map(({ id, status, event_type }, index) => {
          const { height, colour } = LOOKS[status];
          return (
            <rect
              key={id}
              x={index * STEP}
              y={HEIGHT - height}
              width={STEP - 1}
              height={height}
              className={colour}
            >
              <title>{`${event_type}: ${status}`}</title>
            </rect>
          );
        })}
      </svg>
      <table className="text-[13px]">
        <caption className="sr-only">Of the latest {oldestFirst.length} deliveries</caption>
        <thead className="sr-only">
          <tr>
            {counts.map(({ status }) => (
              <th key={status} scope="col">
                {status}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <tr>
            {counts.map(({ status, count }) => (
              <td key={status} className="pr-3">
                <Link
                  to="/webhooks"
                  search={{ endpoint_id: endpoint, status }}
                  className="rounded text-quiet hover:text-ink hover:underline"
                >
                  <span className="font-medium text-ink tabular-nums">{count}</span>{' '}
                  {inWords(status).toLowerCase()}
                </Link>
              </td>
            ))}
          </tr>
        </tbody>
      </table>
      {data.next_cursor !== null && (
        <p className="text-[13px] text-quiet">of the latest {oldestFirst.length}</p>
      )}
    </div>
  );
}
