import { type UseQueryResult, useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Schemas } from '../api/api.ts';
import { mayApprove, mayUse } from '../api/session.ts';
import { pendingApprovals } from '../approvals/approval-queries.ts';
import { type ExceptionSearch, KINDS } from '../exceptions/exception-search.ts';
import { inWords } from '../parts/badge.tsx';
import { useNow } from '../parts/now.ts';
import { Section } from '../parts/page.tsx';
import { useSession } from '../shell/session-context.ts';
import { AGES, agesOf } from './age-groups.ts';
import { exceptionsOfAge } from './overview-queries.ts';

/** How long approvals and exceptions have waited, for those who may see them. */
export function Ages() {
  const session = useSession();
  const hasApprovals = mayApprove(session);
  const hasExceptions = mayUse(session, 'settlements');
  if (!hasApprovals && !hasExceptions) return null;
  return (
    <Section title="How long things have waited">
      <div className="card overflow-x-auto" tabIndex={0} role="region" aria-label="Ages">
        <table className="w-full border-collapse">
          <thead className="border-b border-line bg-rail">
            <tr>
              <th scope="col" className="h-9 px-3 text-left text-xs font-medium text-quiet">
                What
              </th>
              {AGES.map(({ name }) => (
                <th
                  key={name}
                  scope="col"
                  className="h-9 px-3 text-right text-xs font-medium whitespace-nowrap text-quiet"
                >
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {hasApprovals && <Approvals />}
            {hasExceptions && <Exceptions />}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

const Row = ({ name, children }: Readonly<{ name: ReactNode; children: ReactNode }>) => (
  <tr>
    <th scope="row" className="h-11 px-3 text-left font-normal whitespace-nowrap">
      {name}
    </th>
    {children}
  </tr>
);

const CELL = 'h-11 px-3 text-right tabular-nums';
const LINK = 'rounded font-medium text-accent hover:underline';

/** Each number leads to the inbox, at the oldest that it counts. */
function Approvals() {
  const { data } = useQuery(pendingApprovals);
  const groups = agesOf(data?.payments ?? [], useNow());
  const isMore = data?.pagination.nextCursor != null;
  return (
    <Row name={isMore ? `Approvals, the oldest ${data.payments.length}` : 'Approvals'}>
      {groups.map(({ name, count, oldest }) => (
        <td key={name} className={CELL}>
          {oldest === undefined ? (
            <span className="text-quiet">{data === undefined ? '' : '0'}</span>
          ) : (
            <Link to="/approvals" search={{ payment: oldest.paymentId }} className={LINK}>
              {count}
            </Link>
          )}
        </td>
      ))}
    </Row>
  );
}

/** All of an age, then those of each kind that there are. Each number leads to the exceptions that it counts. */
function Exceptions() {
  const ages = useQueries({ queries: AGES.map(({ age }) => exceptionsOfAge(age)) });
  const kinds = KINDS.filter((kind) =>
    ages.some(({ data }) => data?.items.some((exception) => exception.kind === kind)),
  );
  const cells = (kind?: ExceptionSearch['kind']) =>
    AGES.map(({ name, age }, place) => (
      <td key={name} className={CELL}>
        <ExceptionCount of={ages[place]} search={{ status: 'open', age, kind }} />
      </td>
    ));
  return (
    <>
      <Row name="Open exceptions">{cells()}</Row>
      {kinds.map((kind) => (
        <Row key={kind} name={<span className="pl-4 text-quiet">{inWords(kind)}</span>}>
          {cells(kind)}
        </Row>
      ))}
    </>
  );
}

type CountProps = Readonly<{
  of: Pick<UseQueryResult<Schemas['ExceptionPage']>, 'data' | 'isError'> | undefined;
  search: ExceptionSearch;
}>;

function ExceptionCount({ of, search }: CountProps) {
  if (of?.data === undefined) return <span className="text-quiet">{of?.isError ? '—' : ''}</span>;
  const { items, has_more } = of.data;
  const { length } = items.filter(({ kind }) => search.kind === undefined || kind === search.kind);
  if (length === 0 && !has_more) return <span className="text-quiet">0</span>;
  return (
    <Link to="/exceptions" search={search} className={LINK}>
      {has_more ? `${length} or more` : length}
    </Link>
  );
}
