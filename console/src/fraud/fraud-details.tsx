import { useState } from 'react';
import type { VendorPayment } from '../approvals/approval-queries.ts';
import { Day } from '../approvals/due.tsx';
import { LineTable } from '../approvals/line-table.tsx';
import { OtherPayments } from '../approvals/other-payments.tsx';
import { PaymentPane } from '../approvals/payment-pane.tsx';
import { Badge, inWords, Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { money } from '../parts/money.ts';
import { Facts, Section } from '../parts/page.tsx';
import { useShortcuts } from '../parts/shortcuts.ts';
import type { Outcome } from './review.ts';
import { ReviewDialog } from './review-dialog.tsx';

type Props = Readonly<{
  id: string;
  /** Absent where the role judges nothing. */
  onReviewed: ((now: VendorPayment) => void) | undefined;
  onBack: () => void;
}>;

export const FraudDetails = ({ id, onReviewed, onBack }: Props) => (
  <PaymentPane id={id} onBack={onBack}>
    {(payment) => <Judged payment={payment} onReviewed={onReviewed} onBack={onBack} />}
  </PaymentPane>
);

function Judged({ payment, onReviewed, onBack }: Readonly<{ payment: VendorPayment }> & Omit<Props, 'id'>) {
  const [asked, setAsked] = useState<Readonly<{ outcome: Outcome; seen: VendorPayment }>>();
  const ask = (outcome: Outcome) => () => {
    if (onReviewed !== undefined) setAsked({ outcome, seen: payment });
  };
  useShortcuts({ l: ask('legitimate'), f: ask('fraud'), Escape: onBack });
  const { fraudReview, fraudScore, fraudReasons = [] } = payment;
  return (
    <>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div>
          <h2 className="text-lg font-semibold tabular-nums">
            {money(payment.amountCents, payment.currency)}
          </h2>
          <div className="mt-1 flex flex-wrap items-center gap-2">
            <Status of={payment.status} />
            {payment.fraudStatus !== undefined && <Badge tone="bad">{inWords(payment.fraudStatus)}</Badge>}
            {fraudReview !== undefined && (
              <Badge tone={fraudReview.outcome === 'fraud' ? 'bad' : 'good'}>
                {`Found ${fraudReview.outcome}`}
              </Badge>
            )}
          </div>
        </div>
        {onReviewed !== undefined && (
          <div className="flex flex-wrap gap-2">
            <button type="button" className="button" onClick={ask('legitimate')}>
              Legitimate <kbd className="key">l</kbd>
            </button>
            <button type="button" className="button button-bad" onClick={ask('fraud')}>
              Fraud <kbd className="key">f</kbd>
            </button>
          </div>
        )}
      </div>
      <Section title={fraudScore === undefined ? 'No score' : `Score ${fraudScore}`}>
        <ul className="flex flex-col gap-1">
          {fraudReasons.map(({ code, detail, points }) => (
            <li key={code} className="flex justify-between gap-4">
              <span className="inline-block first-letter:uppercase">{detail}</span>
              {points > 0 && <span className="text-quiet tabular-nums">{points / 1_000}</span>}
            </li>
          ))}
        </ul>
      </Section>
      <Section title="To be paid">
        <LineTable payment={payment} />
      </Section>
      <OtherPayments of={payment} page="/fraud" />
      <Section title="Details">
        <Facts facts={factsOf(payment)} />
      </Section>
      {asked !== undefined && (
        <ReviewDialog
          {...asked}
          onClose={() => setAsked(undefined)}
          onDone={(now) => {
            setAsked(undefined);
            onReviewed?.(now);
          }}
        />
      )}
    </>
  );
}

const factsOf = ({ fraudReview, ...payment }: VendorPayment) =>
  [
    ['Found by', fraudReview?.by],
    ['Found', fraudReview && <Time key="found" at={fraudReview.at} exact />],
    ['Notes', fraudReview?.notes],
    ['Scored by rules', payment.fraudRules],
    ['Vendor', <Copyable key="vendor" text={payment.vendorId} label="vendor id" />],
    ['Incident', <Copyable key="incident" text={payment.incidentId} label="incident id" />],
    ['Payment', <Copyable key="payment" text={payment.paymentId} label="payment id" />],
    ['Due', payment.dueDate && <Day key="due" date={payment.dueDate} />],
    ['Made by', payment.createdBy],
    ['Made', <Time key="made" at={payment.createdAt} exact />],
  ] as const;
