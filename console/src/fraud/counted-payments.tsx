import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { descriptionOf } from '../approvals/inbox.tsx';
import { Empty } from '../parts/answers.tsx';
import { inWords } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { List } from '../parts/list.tsx';
import { money } from '../parts/money.ts';
import { Section } from '../parts/page.tsx';
import { CELL, Table } from '../parts/table.tsx';
import { type Counted, countedPayments } from './fraud-queries.ts';

const COLUMNS = [
  { name: 'Amount', look: 'w-32 text-right' },
  { name: 'For' },
  { name: 'Score', look: 'hidden w-20 text-right sm:table-cell' },
  { name: 'Made', look: 'hidden w-44 sm:table-cell' },
];

/** The payments that a number of the report counts; who follows the number comes to them. */
export function CountedPayments({ of }: Readonly<{ of: Counted }>) {
  const list = useInfiniteQuery(countedPayments(of));
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.focus(), []);
  return (
    <div ref={place} tabIndex={-1} className="scroll-mt-16 outline-none">
      <Section
        title={titleOf(of)}
        aside={
          <Link
            to="/fraud"
            search={{ from: of.from, to: of.to }}
            resetScroll={false}
            className="font-medium text-accent hover:underline"
          >
            Clear
          </Link>
        }
      >
        <List list={list} name="payments" empty={<Empty title="None" />}>
          {(payments) => (
            <Table caption="Payments of this risk and outcome, newest first" columns={COLUMNS}>
              {payments.map((payment) => (
                <tr key={payment.paymentId} className="hover:bg-hover">
                  <td className={`${CELL} text-right font-medium tabular-nums`}>
                    <Link
                      to="/fraud"
                      search={{ ...of, payment: payment.paymentId }}
                      data-row
                      className="rounded text-accent hover:underline"
                    >
                      {money(payment.amountCents, payment.currency)}
                    </Link>
                  </td>
                  <td className={CELL}>{descriptionOf(payment)}</td>
                  <td className={`${CELL} hidden text-right tabular-nums sm:table-cell`}>
                    {payment.fraudScore ?? '—'}
                  </td>
                  <td className={`${CELL} hidden text-quiet sm:table-cell`}>
                    <Time at={payment.createdAt} />
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </List>
      </Section>
    </div>
  );
}

const titleOf = ({ fraudStatus = '', reviewOutcome, status, unscored }: Counted): string =>
  [
    inWords(fraudStatus),
    reviewOutcome === 'none' ? 'no review' : reviewOutcome && `found ${reviewOutcome}`,
    status?.replaceAll('_', ' '),
    unscored && 'no score',
  ]
    .filter((part) => part !== undefined)
    .join(', ');
