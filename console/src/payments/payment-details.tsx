import { Link } from '@tanstack/react-router';
import { CircleCheck, Clock, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '../api/api.ts';
import { ChainBadge } from '../audit/chain-badge.tsx';
import { inWords, Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { JsonView } from '../parts/json-view.tsx';
import { decimal, money } from '../parts/money.ts';
import { Facts, Page, Section } from '../parts/page.tsx';
import { useShortcuts } from '../parts/shortcuts.ts';
import { useSession } from '../shell/session-context.ts';
import { BackToList } from './back-to-list.tsx';
import { ModificationDialog } from './modification-dialog.tsx';
import { MoneyBar } from './money-bar.tsx';
import { PaymentLedger } from './payment-ledger.tsx';
import type { PaymentWithTransactions } from './payment-queries.ts';
import { shownStatus } from './payment-table.tsx';
import { PaymentTimeline } from './payment-timeline.tsx';
import { type Action, actionsOn } from './what-is-left.ts';

const KEYS: Readonly<Record<Action, string>> = { capture: 'c', refund: 'r', void: 'v' };

export function PaymentDetails({ payment }: Readonly<{ payment: PaymentWithTransactions }>) {
  const { permissions } = useSession();
  const [action, setAction] = useState<Action>();
  const [done, setDone] = useState<Schemas['Transaction']>();
  const actions = actionsOn(payment, permissions);
  const open = (wanted: Action) => () => {
    if (actions.includes(wanted)) setAction(wanted);
  };
  useShortcuts({
    c: open('capture'),
    r: open('refund'),
    v: open('void'),
  });
  return (
    <Page
      title={`${decimal(payment.amount, payment.currency)} ${payment.currency}`}
      eyebrow={<BackToList />}
      actions={actions.map((each) => (
        <button
          key={each}
          type="button"
          className="button"
          onClick={open(each)}
          aria-keyshortcuts={KEYS[each]}
        >
          {inWords(each)}
          <kbd className="key">{KEYS[each]}</kbd>
        </button>
      ))}
    >
      <div className="-mt-2 flex flex-wrap items-center gap-3">
        <Status of={shownStatus(payment)} />
        <Copyable text={payment.id} label="payment id" />
      </div>
      <div role="status" className="empty:hidden">
        {done !== undefined && <Done transaction={done} />}
      </div>
      {payment.attention !== undefined && (
        <div className="flex items-start gap-3 rounded-lg bg-warn-wash p-4 text-warn">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          <p>
            Needs attention since <Time at={payment.attention.since} />: {inWords(payment.attention.reason)}.
          </p>
        </div>
      )}
      {payment.failure !== undefined && (
        <p className="rounded-lg bg-bad-wash p-4 text-bad">
          {payment.failure.message} <span className="font-mono text-[13px]">({payment.failure.code})</span>
        </p>
      )}
      <div className="card p-4 sm:p-5">
        <MoneyBar payment={payment} />
      </div>
      <div className="grid grid-cols-1 gap-8 xl:grid-cols-[minmax(0,1fr)_24rem]">
        <PaymentTimeline payment={payment} />
        <div className="flex flex-col gap-8">
          <Section title="Details">
            <Facts
              facts={[
                ...factsOf(payment),
                [
                  'Audit trail',
                  permissions.includes('audit') ? (
                    <ChainBadge of={{ entity_type: 'payment', entity_id: payment.id }} />
                  ) : undefined,
                ],
              ]}
            />
          </Section>
          <PaymentLedger payment={payment} />
          <Metadata of={payment} />
        </div>
      </div>
      <details className="group">
        <summary className="w-fit rounded font-medium text-quiet hover:text-ink">Raw JSON</summary>
        <div className="mt-3">
          <JsonView value={payment} label="The payment as JSON" />
        </div>
      </details>
      {action !== undefined && (
        <ModificationDialog
          action={action}
          payment={payment}
          onClose={() => setAction(undefined)}
          onDone={(transaction) => {
            setAction(undefined);
            setDone(transaction);
          }}
        />
      )}
    </Page>
  );
}

function Done({ transaction }: Readonly<{ transaction: Schemas['Transaction'] }>) {
  const isPending = transaction.status === 'pending';
  const Icon = isPending ? Clock : CircleCheck;
  return (
    <p
      className={`flex items-center gap-2 rounded-lg px-4 py-3 ${isPending ? 'bg-warn-wash text-warn' : 'bg-good-wash text-good'}`}
    >
      <Icon aria-hidden className="size-4 shrink-0" />
      {inWords(transaction.type)} of {money(transaction.amount, transaction.currency)}{' '}
      {isPending ? 'is under way: the processor has not answered yet.' : 'is done.'}
    </p>
  );
}

const factsOf = (payment: PaymentWithTransactions) =>
  [
    ['Created', <Time key="created" at={payment.created_at} exact />],
    ['Updated', <Time key="updated" at={payment.updated_at} exact />],
    ['Method', payment.payment_method],
    [
      'Customer',
      payment.customer_id && (
        <Link
          key="customer"
          to="/customers/$id"
          params={{ id: payment.customer_id }}
          className="font-mono text-[13px] break-all text-accent hover:underline"
        >
          {payment.customer_id}
        </Link>
      ),
    ],
    ['Key', <Copyable key="key" text={payment.idempotency_key} label="idempotency key" />],
    ['Description', payment.description],
    ['Capture', inWords(payment.capture_method)],
    ['Held until', payment.authorized_until && <Time key="until" at={payment.authorized_until} exact />],
    ['Processor', payment.processor],
    [
      'Processor’s id',
      payment.processor_id && <Copyable key="pid" text={payment.processor_id} label="processor id" />,
    ],
  ] as const;

function Metadata({ of: { metadata } }: Readonly<{ of: PaymentWithTransactions }>) {
  const pairs = Object.entries(metadata ?? {}) as [string, string][];
  if (pairs.length === 0) return null;
  return (
    <Section title="Metadata">
      <Facts facts={pairs} />
    </Section>
  );
}
