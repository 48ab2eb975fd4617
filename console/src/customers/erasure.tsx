import { useQuery } from '@tanstack/react-query';
import { erasureOf } from '../audit/audit-queries.ts';
import { ChainBadge } from '../audit/chain-badge.tsx';
import { Failure, Skeleton } from '../parts/answers.tsx';
import { inWords } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { Facts } from '../parts/page.tsx';

/** The record of an erasure, in place of what was erased; for tokens that may read the trail. */
export function Erasure({ id, mayRead }: Readonly<{ id: string; mayRead: boolean }>) {
  const { data: entry, error, isFetching, refetch } = useQuery({ ...erasureOf(id), enabled: mayRead });
  if (!mayRead)
    return (
      <p className="text-quiet">
        The audit trail, which your token does not show, has who erased them and when.
      </p>
    );
  if (error !== null && entry == null) return <Failure error={error} retry={() => void refetch()} />;
  if (entry == null)
    return isFetching ? (
      <Skeleton rows={2} label="Loading the record" />
    ) : (
      <p className="flex flex-wrap items-center gap-3 text-quiet">
        The audit trail does not have the record yet.
        <button type="button" className="button" onClick={() => void refetch()}>
          Look again
        </button>
      </p>
    );
  const { actor, ip_address, timestamp } = entry;
  return (
    <div className="card p-4">
      <Facts
        facts={[
          ['Erased', <Time key="at" at={timestamp} exact />],
          [
            'By',
            `${inWords(actor.type)} ${actor.id}${ip_address === undefined ? '' : ` from ${ip_address}`}`,
          ],
          ['Audit trail', <ChainBadge key="chain" of={{ entity_type: 'customer', entity_id: id }} />],
        ]}
      />
    </div>
  );
}
