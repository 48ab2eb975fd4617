import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import type { VendorPayment } from '../approvals/approval-queries.ts';
import { Empty, Failure, Skeleton } from '../parts/answers.tsx';
import { LoadMore } from '../parts/load-more.tsx';
import { money } from '../parts/money.ts';
import { Page } from '../parts/page.tsx';
import { useClose } from '../parts/way-back.ts';
import { useSession } from '../shell/session-context.ts';
import { CountedPayments } from './counted-payments.tsx';
import { FraudDetails } from './fraud-details.tsx';
import { unreviewedList } from './fraud-queries.ts';
import { Queue } from './queue.tsx';
import { RiskReport } from './risk-report.tsx';

const route = getRouteApi('/fraud');

/** What was flagged and awaits a review at the left, and at the right the one that is looked at. */
export function FraudPage() {
  const { payment: chosen, ...counted } = route.useSearch();
  const navigate = route.useNavigate();
  const { roles } = useSession();
  const list = useInfiniteQuery(unreviewedList);
  const [done, setDone] = useState<VendorPayment>();
  const waiting = list.data?.pages.flatMap(({ payments }) => payments) ?? [];
  const close = useClose();
  const open = (payment: string | undefined) =>
    payment === undefined
      ? close(counted)
      : void navigate({ search: { ...counted, payment }, replace: true });
  const reviewed = (now: VendorPayment) => {
    setDone(now);
    const at = waiting.findIndex(({ paymentId }) => paymentId === now.paymentId);
    open((waiting[at + 1] ?? waiting.find(({ paymentId }) => paymentId !== now.paymentId))?.paymentId);
  };
  return (
    <Page title="Fraud review">
      <p role="status" className="rounded-lg bg-good-wash px-4 py-3 text-good empty:hidden">
        {done?.fraudReview !== undefined &&
          `${money(done.amountCents, done.currency)} was found ${done.fraudReview.outcome}.`}
      </p>
      {list.isError && list.data === undefined ? (
        <Failure error={list.error} retry={() => void list.refetch()} />
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[16rem_minmax(0,1fr)] xl:grid-cols-[20rem_minmax(0,1fr)]">
          <div className={`flex flex-col gap-3 ${chosen === undefined ? '' : 'max-lg:hidden'}`}>
            <div className="card overflow-hidden">
              {list.isPending ? (
                <Skeleton label="Loading what awaits a review" />
              ) : waiting.length === 0 ? (
                <Empty title="Nothing awaits a review">
                  Payments to vendors that the rules flag show up here.
                </Empty>
              ) : (
                <Queue waiting={waiting} chosen={chosen} />
              )}
            </div>
            <LoadMore list={list} shown={waiting.length} />
          </div>
          {chosen === undefined ? (
            <div className="flex min-w-0 flex-col gap-6">
              <RiskReport days={counted} />
              {counted.fraudStatus !== undefined && (
                <CountedPayments key={JSON.stringify(counted)} of={counted} />
              )}
            </div>
          ) : (
            <FraudDetails
              key={chosen}
              id={chosen}
              onReviewed={roles.includes('admin') ? reviewed : undefined}
              onBack={() => close(counted)}
            />
          )}
        </div>
      )}
    </Page>
  );
}
