import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { BackLink } from '../parts/back-link.tsx';
import { inWords, Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { money } from '../parts/money.ts';
import { Facts, Page, Section } from '../parts/page.tsx';
import { useShortcuts } from '../parts/shortcuts.ts';
import { useSession } from '../shell/session-context.ts';
import { AnswerDialog } from './answer-dialog.tsx';
import { Assignment } from './assignment.tsx';
import { Comparison } from './comparison.tsx';
import { Decided } from './decided.tsx';
import { DecisionDialog } from './decision-dialog.tsx';
import type { Exception } from './exception-queries.ts';
import { ACTION_NAMES, type Action, type Answer, actionsOn } from './resolution.ts';

type Asked = Action | Answer['kind'];

const KEYS: Readonly<Record<Asked, string>> = {
  accept_difference: 'a',
  link: 'l',
  expect_later: 'e',
  ignore: 'i',
  confirm: 'a',
  reject: 'r',
};

/** One exception: both sides compared, who looks after it, and what can be decided. */
export function ExceptionDetails({ exception }: Readonly<{ exception: Exception }>) {
  const { subject } = useSession();
  const [asked, setAsked] = useState<Asked>();
  const { kind, amount, currency, status, age, proposal, rejection } = exception;
  const isOwn = proposal?.by === subject;
  const possible: readonly Asked[] =
    status === 'proposed' ? (isOwn ? ['reject'] : ['confirm', 'reject']) : actionsOn(exception);
  const nameOf = (each: Asked): string =>
    each === 'confirm'
      ? 'Confirm'
      : each === 'reject'
        ? isOwn
          ? 'Take back'
          : 'Reject'
        : ACTION_NAMES[each];
  const close = () => setAsked(undefined);
  useShortcuts(Object.fromEntries(possible.map((each) => [KEYS[each], () => setAsked(each)])));
  return (
    <Page
      title={
        amount === undefined || currency === undefined
          ? inWords(kind)
          : `${inWords(kind)}: ${money(amount, currency)}`
      }
      eyebrow={<BackLink to="/exceptions">Exceptions</BackLink>}
      actions={possible.map((each) => (
        <button
          key={each}
          type="button"
          className="button"
          aria-keyshortcuts={KEYS[each]}
          onClick={() => setAsked(each)}
        >
          {nameOf(each)}
          <kbd className="key">{KEYS[each]}</kbd>
        </button>
      ))}
    >
      <div className="-mt-2 flex flex-wrap items-center gap-3 text-quiet">
        <Status of={status} />
        <span>
          Opened <Time at={exception.created_at} />, age {age}
        </span>
      </div>
      <Decided exception={exception} isOwn={isOwn} />
      {rejection !== undefined && (
        <p className="rounded-lg bg-bad-wash p-4 text-bad">
          The row was not read: {inWords(rejection.reason)}
          {rejection.column !== undefined && ` in the column ${rejection.column}`}.
        </p>
      )}
      <div className="grid grid-cols-1 items-start gap-8 xl:grid-cols-[minmax(0,1fr)_24rem]">
        <Section title="Compared">
          <Comparison exception={exception} />
        </Section>
        <div className="flex flex-col gap-8">
          {(status === 'open' || status === 'proposed') && <Assignment exception={exception} />}
          <Section title="Details">
            <Facts facts={factsOf(exception)} />
          </Section>
        </div>
      </div>
      {asked === 'confirm' || asked === 'reject' ? (
        <AnswerDialog kind={asked} exception={exception} isOwn={isOwn} onClose={close} onDone={close} />
      ) : (
        asked !== undefined && (
          <DecisionDialog action={asked} exception={exception} onClose={close} onDone={close} />
        )
      )}
    </Page>
  );
}

const LINK = 'font-mono text-[13px] break-all text-accent hover:underline';

const factsOf = (exception: Exception) =>
  [
    ['Exception', <Copyable key="id" text={exception.id} label="exception id" />],
    [
      'Difference',
      exception.difference === undefined || exception.currency === undefined
        ? undefined
        : money(exception.difference, exception.currency),
    ],
    [
      'Payment',
      exception.payment_id && (
        <Link key="payment" to="/payments/$id" params={{ id: exception.payment_id }} className={LINK}>
          {exception.payment_id}
        </Link>
      ),
    ],
    [
      'Transaction',
      exception.transaction_id && (
        <Copyable key="transaction" text={exception.transaction_id} label="transaction id" />
      ),
    ],
    [
      'File',
      exception.reconciliation_id && (
        <Link
          key="file"
          to="/reconciliations/$id"
          params={{ id: exception.reconciliation_id }}
          search={{}}
          className={LINK}
        >
          {exception.reconciliation_id}
        </Link>
      ),
    ],
    ['Line', exception.line],
    [
      'Settlement',
      exception.settlement_id && (
        <Link
          key="settlement"
          to="/settlements/$id"
          params={{ id: exception.settlement_id }}
          className={LINK}
        >
          {exception.settlement_id}
        </Link>
      ),
    ],
  ] as const;
