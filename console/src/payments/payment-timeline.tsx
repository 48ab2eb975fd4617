import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowLeftRight, Eye, Radio, ScrollText, Webhook } from 'lucide-react';
import { useState } from 'react';
import { statusOf } from '../api/problem.ts';
import { Empty, Failure } from '../parts/answers.tsx';
import { Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { JsonView } from '../parts/json-view.tsx';
import { Section } from '../parts/page.tsx';
import {
  customerLooks,
  type PaymentWithTransactions,
  paymentAudit,
  paymentDeliveries,
  paymentEvents,
} from './payment-queries.ts';
import { cutsOf, type Kind, type Step, timelineOf } from './timeline.ts';

const ICONS = { transaction: ArrowLeftRight, audit: ScrollText, event: Radio, delivery: Webhook, look: Eye };
const STYLES = {
  transaction: 'font-medium',
  audit: '',
  event: 'font-mono text-[13px] text-quiet',
  delivery: 'min-w-0 font-mono text-[13px] break-all text-quiet',
  look: '',
};
const KINDS: readonly (readonly [Kind | 'all', string])[] = [
  ['all', 'All'],
  ['transaction', 'Transactions'],
  ['audit', 'Audit'],
  ['event', 'Events'],
  ['delivery', 'Deliveries'],
  ['look', 'Looks'],
];

const LIST = new Intl.ListFormat('en', { type: 'conjunction' });

/** All that happened to a payment in one order. What the token may not read is left out, and said, as is where there is more. */
export function PaymentTimeline({ payment }: Readonly<{ payment: PaymentWithTransactions }>) {
  const [kind, setKind] = useState<Kind | 'all'>('all');
  const audit = useQuery(paymentAudit(payment.id));
  const events = useQuery(paymentEvents(payment.id));
  const deliveries = useQuery(paymentDeliveries(payment.id));
  const looks = useQuery(customerLooks(payment));
  const steps = timelineOf(payment, {
    audit: audit.data?.items ?? [],
    events: events.data?.items ?? [],
    deliveries: deliveries.data?.items ?? [],
    looks: looks.data?.items ?? [],
  }).filter((step) => kind === 'all' || step.kind === kind);
  const cuts = cutsOf(kind, {
    audit: audit.data,
    event: events.data,
    delivery: deliveries.data,
    look: looks.data,
  });
  const failed = [audit, events, deliveries, looks]
    .map(({ error }) => error)
    .find((error) => error !== null && statusOf(error) !== 403);
  const hidden = [
    ...(statusOf(audit.error) === 403 ? ['the audit trail', 'who looked'] : []),
    ...(statusOf(events.error) === 403 ? ['events', 'deliveries'] : []),
  ];
  return (
    <Section
      title="Timeline"
      aside={
        <div role="group" aria-label="Show" className="-ml-2 flex flex-wrap">
          {KINDS.map(([each, name]) => (
            <button
              key={each}
              type="button"
              aria-pressed={kind === each}
              onClick={() => setKind(each)}
              className="h-7 rounded-md px-2 text-[13px] text-quiet hover:bg-hover aria-pressed:bg-accent-wash aria-pressed:text-accent"
            >
              {name}
            </button>
          ))}
        </div>
      }
    >
      {failed !== undefined && <Failure error={failed} />}
      {steps.length === 0 ? (
        <Empty title="Nothing of this kind" />
      ) : (
        <ol className="flex flex-col">
          {steps.map((step) => (
            <TimelineStep key={step.id} step={step} />
          ))}
        </ol>
      )}
      {cuts.length > 0 && (
        <p className="text-quiet">There are more: these are the latest {LIST.format(cuts)}.</p>
      )}
      {hidden.length > 0 && <p className="text-quiet">Your token does not show {LIST.format(hidden)}.</p>}
    </Section>
  );
}

function TimelineStep({ step }: Readonly<{ step: Step }>) {
  const Icon = ICONS[step.kind];
  const [open, setOpen] = useState(false);
  return (
    <li className="relative flex gap-3 pb-4 before:absolute before:top-7 before:bottom-0 before:left-3 before:w-px before:bg-line last:before:hidden">
      <span className="z-1 grid size-6 shrink-0 place-items-center rounded-full border border-line bg-rail text-quiet">
        <Icon aria-hidden className="size-3.5" />
      </span>
      <details className="min-w-0 flex-1" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary className="flex list-none flex-wrap items-baseline justify-between gap-x-4 rounded [&::-webkit-details-marker]:hidden">
          <span className="inline-flex min-w-0 flex-wrap items-center gap-2">
            <span className={STYLES[step.kind]}>{step.title}</span>
            {step.status !== undefined && <Status of={step.status} />}
          </span>
          <span className="text-[13px] text-quiet">
            <Time at={step.at} exact />
          </span>
          {step.detail !== undefined && step.detail !== '' && (
            <span className="basis-full break-words text-quiet">{step.detail}</span>
          )}
        </summary>
        {open && (
          <div className="mt-2 flex flex-col gap-2">
            {step.delivery !== undefined && (
              <Link
                to="/webhooks"
                search={{ delivery: step.delivery }}
                className="w-fit rounded font-medium text-accent hover:underline"
              >
                Attempts and replay
              </Link>
            )}
            <JsonView value={step.raw} label={`${step.title} as JSON`} />
          </div>
        )}
      </details>
    </li>
  );
}
