import { useQuery } from '@tanstack/react-query';
import { RefreshCw } from 'lucide-react';
import { useState } from 'react';
import { Badge, inWords, Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { money } from '../parts/money.ts';
import { lengthOf, useNow } from '../parts/now.ts';
import { Facts, Section } from '../parts/page.tsx';
import { useShortcuts } from '../parts/shortcuts.ts';
import { useSession } from '../shell/session-context.ts';
import { approvalLog, type VendorPayment } from './approval-queries.ts';
import { type Awaited, rolesInWords, whyNot } from './awaited.ts';
import type { Decision } from './decision.ts';
import { DecisionDialog } from './decision-dialog.tsx';
import { Day, Due } from './due.tsx';
import { isFlagged } from './inbox.tsx';
import { LineTable } from './line-table.tsx';
import { OtherPayments } from './other-payments.tsx';
import { PaymentPane } from './payment-pane.tsx';
import { useSeenEdition } from './seen-editions.ts';
import { compareMetadata, type Entries, lastApproved, type Terms, termsOfEdition } from './terms-diff.ts';

type Props = Readonly<{ id: string; onDecided: (now: VendorPayment) => void; onBack: () => void }>;

export const ApprovalDetails = ({ id, onDecided, onBack }: Props) => (
  <PaymentPane id={id} onBack={onBack}>
    {(now) => <Terms now={now} onDecided={onDecided} onBack={onBack} />}
  </PaymentPane>
);

/**
 * The terms stay as they were when they were first shown. Others are shown when they are asked for, beside these, so that what is
 * approved is what was read.
 */
function Terms({ now, onDecided, onBack }: Readonly<{ now: VendorPayment } & Omit<Props, 'id'>>) {
  const [seen, setSeen] = useState(now);
  const [before, setBefore] = useState<Readonly<{ terms: Terms; since: string }>>();
  const [decision, setDecision] = useState<Decision>();
  const log = useQuery(approvalLog(now.paymentId));
  const isStale = now.termsHash !== seen.termsHash;
  const shown = isStale ? seen : now;
  const session = useSession();
  const seenEarlier = useSeenEdition(session.subject, seen);
  const barred = whyNot(now, session);
  const compared = before ?? (isStale ? undefined : changedSince(log.data?.entries ?? [], now, seenEarlier));
  const showChanges = () => {
    setBefore({ terms: seen, since: 'since you saw it' });
    setSeen(now);
  };
  const isOpen = now.status === 'pending_approval';
  const decide = (wanted: Decision) => () => {
    if (isStale) showChanges();
    else if (isOpen && (wanted === 'reject' || barred === undefined)) setDecision(wanted);
  };
  useShortcuts({ a: decide('approve'), r: decide('reject'), Escape: onBack });
  return (
    <>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div>
          <h2 className="text-lg font-semibold tabular-nums">{money(shown.amountCents, shown.currency)}</h2>
          <div className="mt-1 flex flex-wrap items-center gap-2">
            <Status of={now.status} />
            {now.fraudStatus !== undefined && (
              <Badge tone={isFlagged(now) ? 'bad' : 'plain'}>{inWords(now.fraudStatus)}</Badge>
            )}
          </div>
          {shown.dueDate !== undefined && (
            <p className="mt-2">
              <Due date={shown.dueDate} />
            </p>
          )}
          {now.awaited !== undefined && <Waits awaited={now.awaited} since={now.createdAt} />}
          {isOpen && barred !== undefined && <p className="mt-1 text-warn">{barred}</p>}
        </div>
        {isOpen && (
          <div className="flex gap-2">
            <button type="button" className="button" disabled={isStale} onClick={decide('reject')}>
              Reject <kbd className="key">r</kbd>
            </button>
            <button
              type="button"
              className="button button-main"
              disabled={isStale || barred !== undefined}
              onClick={decide('approve')}
            >
              Approve <kbd className="key">a</kbd>
            </button>
          </div>
        )}
      </div>
      <div role="status" className="empty:hidden">
        {isStale && (
          <div className="flex flex-wrap items-center justify-between gap-3 rounded-lg bg-warn-wash px-4 py-3 text-warn">
            <p>The terms were changed while you looked at them.</p>
            <button type="button" className="button" onClick={showChanges}>
              <RefreshCw aria-hidden className="size-4" />
              Show what changed
            </button>
          </div>
        )}
      </div>
      <Section title={compared === undefined ? 'To be paid' : `What changed ${compared.since}`}>
        <LineTable payment={shown} before={compared?.terms} />
        {compared !== undefined && <OtherChanges was={compared.terms} is={shown} />}
      </Section>
      {now.fraudReasons !== undefined && now.fraudReasons.length > 0 && (
        <Section title={`Risk ${now.fraudScore ?? ''}`.trim()}>
          <ul className="list-disc pl-5">
            {now.fraudReasons.map(({ code, detail }) => (
              <li key={code}>{detail}</li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="Details">
        <Facts facts={factsOf(now)} />
      </Section>
      <OtherPayments of={now} page="/approvals" />
      {decision !== undefined && (
        <DecisionDialog
          decision={decision}
          seen={seen}
          onClose={() => setDecision(undefined)}
          onDone={(decided) => {
            setDecision(undefined);
            onDecided(decided);
          }}
        />
      )}
    </>
  );
}

/** What the terms were when they were approved, or else when they were seen, where they are others now. */
function changedSince(entries: Entries, { edition = 1 }: VendorPayment, seenEarlier = edition) {
  const approved = lastApproved(entries);
  if (approved !== undefined) return { terms: approved.terms, since: `since ${approved.by} approved` };
  const terms = seenEarlier < edition ? termsOfEdition(entries, seenEarlier) : undefined;
  return terms && { terms, since: 'since you saw it' };
}

/** For how long, and for whose approval. */
function Waits({ awaited, since }: Readonly<{ awaited: Awaited; since: string }>) {
  const age = Math.max(0, useNow() - Date.parse(since));
  return (
    <p className="mt-1 text-quiet">
      Has waited {lengthOf(age)} for {rolesInWords(awaited)}.
    </p>
  );
}

/** What is another of the terms beside the lines. */
function OtherChanges({ was, is }: Readonly<{ was: Terms; is: Terms }>) {
  const changes = compareMetadata(was, is);
  const isPutOff = was.dueDate !== is.dueDate;
  if (changes.length === 0 && !isPutOff) return null;
  return (
    <ul className="flex flex-col gap-1">
      {isPutOff && (
        <li>
          <span className="text-quiet">Due</span>{' '}
          <s>{was.dueDate === undefined ? 'on no day' : <Day date={was.dueDate} />}</s>{' '}
          <ins className="font-medium no-underline">
            {is.dueDate === undefined ? 'removed' : <Day date={is.dueDate} />}
          </ins>
        </li>
      )}
      {changes.map(({ name, was: before, is: after }) => (
        <li key={name}>
          <span className="text-quiet">{name}</span> <s>{JSON.stringify(before)}</s>{' '}
          <ins className="font-medium no-underline">{JSON.stringify(after) ?? 'removed'}</ins>
        </li>
      ))}
    </ul>
  );
}

const factsOf = (payment: VendorPayment) =>
  [
    ['Vendor', <Copyable key="vendor" text={payment.vendorId} label="vendor id" />],
    ['Incident', <Copyable key="incident" text={payment.incidentId} label="incident id" />],
    ['Payment', <Copyable key="payment" text={payment.paymentId} label="payment id" />],
    ['Made by', payment.createdBy],
    ['Changed by', payment.changedBy?.join(', ')],
    ['Made', <Time key="made" at={payment.createdAt} exact />],
    [
      'Approved by',
      payment.approvals?.map(({ by, notes }) => (notes ? `${by} (“${notes}”)` : by)).join(', '),
    ],
    ...Object.entries(payment.metadata ?? {}).map(
      ([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const,
    ),
  ] as const;
