import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Lock, LockOpen } from 'lucide-react';
import { Empty, Failure, Skeleton } from '../parts/answers.tsx';
import { BackLink } from '../parts/back-link.tsx';
import { inWords, Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { count } from '../parts/count.ts';
import { List } from '../parts/list.tsx';
import { Facts, Page, Section } from '../parts/page.tsx';
import { BankLine } from './bank-line.tsx';
import { Equation } from './equation.tsx';
import { ItemTable } from './item-table.tsx';
import { EXCEPTIONS, Place, ROWS, ToPlace } from './place.tsx';
import { SettlementExceptions } from './settlement-exceptions.tsx';
import { itemList, type Settlement, settlementQuery } from './settlement-queries.ts';

const route = getRouteApi('/settlements/$id');
const BACK = <BackLink to="/settlements">Settlements</BackLink>;

export function SettlementPage() {
  const { id } = route.useParams();
  const { data: settlement, error, refetch } = useQuery(settlementQuery(id));
  if (settlement === undefined)
    return (
      <Page title="Settlement" eyebrow={BACK}>
        {error === null ? (
          <Skeleton label="Loading the settlement" />
        ) : (
          <Failure error={error} retry={() => void refetch()} />
        )}
      </Page>
    );
  return (
    <Page title={`Settlement of ${settlement.date} in ${settlement.currency}`} eyebrow={BACK}>
      <div className="-mt-2 flex flex-wrap items-center gap-3">
        <Status of={settlement.status} />
        <LockState of={settlement} />
      </div>
      {settlement.error !== undefined && (
        <p className="rounded-lg bg-bad-wash p-4 text-bad">
          Its file failed: {inWords(settlement.error.code)}. What it had settled by then is here, and stays.
        </p>
      )}
      <div className="grid grid-cols-1 items-start gap-8 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <Section title="What it comes to">
          <Equation settlement={settlement} />
        </Section>
        <Section title="At the bank">
          <BankLine settlement={settlement} />
        </Section>
      </div>
      {(settlement.exception_count > 0 || settlement.status === 'completed_with_exceptions') && (
        <Place name={EXCEPTIONS}>
          <SettlementExceptions id={id} />
        </Place>
      )}
      <Place name={ROWS}>
        <Items of={settlement} />
      </Place>
      <Section title="Details">
        <Facts facts={factsOf(settlement)} />
      </Section>
    </Page>
  );
}

/** Whether rows may still come to it. */
function LockState({ of: { processed_at } }: Readonly<{ of: Settlement }>) {
  const Icon = processed_at === undefined ? LockOpen : Lock;
  return (
    <p className="flex items-start gap-2 text-quiet">
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span>
        {processed_at === undefined ? (
          'Open while its file is read; then locked for good.'
        ) : (
          <>
            Locked since <Time at={processed_at} />: nothing changes it any more, and rows of a later file go
            into the next one of the same date.
          </>
        )}
      </span>
    </p>
  );
}

function Items({ of: { id, currency, item_count } }: Readonly<{ of: Settlement }>) {
  const list = useInfiniteQuery(itemList(id));
  return (
    <Section title={`Its ${count(item_count)} rows`}>
      <List list={list} name="rows" empty={<Empty title="No row" />}>
        {(items) => <ItemTable items={items} currency={currency} />}
      </List>
    </Section>
  );
}

const factsOf = (of: Settlement) =>
  [
    ['Settlement', <Copyable key="id" text={of.id} label="settlement id" />],
    [
      'File',
      <Link
        key="file"
        to="/reconciliations/$id"
        params={{ id: of.batch_id }}
        search={{}}
        className="font-mono text-[13px] break-all text-accent hover:underline"
      >
        {of.batch_id}
      </Link>,
    ],
    ['Sequence', `${count(of.sequence)}. of this date, currency and payout`],
    [
      'Payments and refunds',
      <ToPlace key="transactions" name={ROWS} isEmpty={of.transaction_count === 0}>
        {count(of.transaction_count)}
      </ToPlace>,
    ],
    [
      'Rows that did not match',
      <ToPlace key="exceptions" name={EXCEPTIONS} isEmpty={of.exception_count === 0}>
        {count(of.exception_count)}
      </ToPlace>,
    ],
    ['Created', <Time key="created" at={of.created_at} exact />],
  ] as const;
