import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { Empty, Failure, Skeleton } from '../parts/answers.tsx';
import { inWords } from '../parts/badge.tsx';
import { LoadMore } from '../parts/load-more.tsx';
import { money } from '../parts/money.ts';
import { Page } from '../parts/page.tsx';
import { useShortcuts } from '../parts/shortcuts.ts';
import { useClose } from '../parts/way-back.ts';
import { ApprovalDetails } from './approval-details.tsx';
import { inboxList, type VendorPayment } from './approval-queries.ts';
import { BulkDialog } from './bulk-dialog.tsx';
import { Inbox } from './inbox.tsx';
import { fits, usePicked } from './picked.ts';

const route = getRouteApi('/approvals');

/** What waits for approval at the left, and at the right the one that is looked at. */
export function ApprovalsPage() {
  const { payment: chosen } = route.useSearch();
  const navigate = route.useNavigate();
  const inbox = useInfiniteQuery(inboxList);
  const [done, setDone] = useState<VendorPayment>();
  const { picked, pick, clear } = usePicked();
  const [isBulk, setBulk] = useState(false);
  const waiting = inbox.data?.pages.flatMap(({ payments }) => payments) ?? [];
  const close = useClose();
  const open = (payment: string | undefined) =>
    payment === undefined ? close({}) : void navigate({ search: { payment }, replace: true });
  const decided = (now: VendorPayment) => {
    setDone(now);
    const at = waiting.findIndex(({ paymentId }) => paymentId === now.paymentId);
    open((waiting[at + 1] ?? waiting.find(({ paymentId }) => paymentId !== now.paymentId))?.paymentId);
  };
  const pickFocused = () => {
    const { row } = (document.activeElement as HTMLElement | null)?.dataset ?? {};
    const focused = waiting.find(({ paymentId }) => paymentId === (row ?? chosen));
    if (focused !== undefined) pick(focused);
  };
  useShortcuts({ x: pickFocused });
  return (
    <Page
      title="Approvals"
      actions={
        picked.size > 0 && (
          <>
            <button type="button" className="button" onClick={clear}>
              Pick none
            </button>
            <button type="button" className="button button-main" onClick={() => setBulk(true)}>
              Approve {picked.size} picked
            </button>
          </>
        )
      }
    >
      <p role="status" className="rounded-lg bg-good-wash px-4 py-3 text-good empty:hidden">
        {done !== undefined && `${money(done.amountCents, done.currency)}: ${inWords(done.status)}.`}
      </p>
      {inbox.isError && inbox.data === undefined ? (
        <Failure error={inbox.error} retry={() => void inbox.refetch()} />
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[16rem_minmax(0,1fr)] xl:grid-cols-[20rem_minmax(0,1fr)]">
          <div className={`flex flex-col gap-3 ${chosen === undefined ? '' : 'max-lg:hidden'}`}>
            <div className="card overflow-hidden">
              {inbox.isPending ? (
                <Skeleton label="Loading approvals" />
              ) : waiting.length === 0 ? (
                <Empty title="Nothing waits for approval">
                  What vendors are to be paid shows up here when it is asked for.
                </Empty>
              ) : (
                <Inbox
                  waiting={waiting}
                  chosen={chosen}
                  isPicked={({ paymentId }) => picked.has(paymentId)}
                  mayPick={(payment) => fits(picked, payment)}
                  onPick={pick}
                />
              )}
            </div>
            <LoadMore list={inbox} shown={waiting.length} />
          </div>
          {chosen !== undefined ? (
            <ApprovalDetails key={chosen} id={chosen} onDecided={decided} onBack={() => close({})} />
          ) : (
            waiting.length > 0 && (
              <div className="card max-lg:hidden">
                <Empty title="Choose one to look at">
                  <kbd className="key">j</kbd> and <kbd className="key">k</kbd> move,{' '}
                  <kbd className="key">Enter</kbd> opens, <kbd className="key">x</kbd> picks.
                </Empty>
              </div>
            )
          )}
        </div>
      )}
      {isBulk && (
        <BulkDialog
          picked={picked}
          onClose={() => setBulk(false)}
          onDone={() => {
            setBulk(false);
            clear();
          }}
        />
      )}
    </Page>
  );
}
