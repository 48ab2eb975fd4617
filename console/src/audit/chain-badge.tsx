import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { statusOf } from '../api/problem.ts';
import { Failure } from '../parts/answers.tsx';
import { Badge, inWords } from '../parts/badge.tsx';
import { chainQuery } from './audit-queries.ts';
import type { Chained } from './audit-search.ts';

type Props = Readonly<{ of: Readonly<{ entity_type: Chained; entity_id: string }> }>;

/** Whether the chain of one thing is as it was sealed, computed anew by the server; it leads to the links. */
export function ChainBadge({ of }: Props) {
  const { data: chain, error, refetch } = useQuery(chainQuery(of));
  // Of what there is not there is no chain; the trail beside says so.
  if (statusOf(error) === 404) return null;
  if (error !== null && chain === undefined) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <span role="status" className="inline-flex flex-wrap items-center gap-x-2 gap-y-1">
      {chain === undefined ? (
        <span className="text-quiet">Checking the chain…</span>
      ) : (
        <>
          <Badge tone={chain.intact ? 'good' : 'bad'}>{chain.intact ? 'Chain intact' : 'Chain broken'}</Badge>
          <Link to="/audit" search={of} className="rounded text-quiet hover:text-ink hover:underline">
            {chain.links === 1 ? '1 link' : `${chain.links} links`}
          </Link>
          {chain.fault !== null && <span className="break-words text-bad">{faultOf(chain.fault)}</span>}
        </>
      )}
    </span>
  );
}

type Fault = Readonly<{ entity_type: string; entity_id: string; sequence?: number; kind: string }>;

const faultOf = ({ entity_type, entity_id, sequence, kind }: Fault): string =>
  `${inWords(kind)}${sequence === undefined ? '' : `, link ${sequence}`} of ${entity_type} ${entity_id}`;
