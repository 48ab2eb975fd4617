import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Failure, Skeleton } from '../parts/answers.tsx';
import { Badge, Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { money } from '../parts/money.ts';
import { Section } from '../parts/page.tsx';
import { CELL, Table } from '../parts/table.tsx';
import { otherPayments, type VendorPayment } from './approval-queries.ts';
import { Day } from './due.tsx';

const SHOWN = 10;

const COLUMNS = [
  { name: 'Amount', look: 'text-right' },
  { name: 'Status', look: 'w-38' },
  { name: 'Review', look: 'hidden w-28 sm:table-cell' },
  { name: 'Due', look: 'hidden w-30 min-[90rem]:table-cell' },
  { name: 'Made', look: 'hidden w-44 sm:table-cell' },
];

/** The page that shows one that is chosen. */
type Page = '/approvals' | '/fraud';

/** What else the same vendor was to be paid, and what people found of it. */
export function OtherPayments({
  of: { vendorId, paymentId },
  page,
}: Readonly<{ of: VendorPayment; page: Page }>) {
  const { data, error, refetch } = useQuery(otherPayments(vendorId));
  const others = data?.payments.filter((each) => each.paymentId !== paymentId) ?? [];
  const isMore = others.length > SHOWN || (data?.pagination.nextCursor ?? null) !== null;
  return (
    <Section title="Other payments of the vendor">
      {error !== null && data === undefined ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : data === undefined ? (
        <Skeleton rows={2} label="Loading other payments" />
      ) : others.length === 0 ? (
        <p className="text-quiet">There is no other.</p>
      ) : (
        <>
          <div className="card overflow-hidden">
            <Table caption="Other payments of the vendor" columns={COLUMNS}>
              {others.slice(0, SHOWN).map((payment) => (
                <Row key={payment.paymentId} payment={payment} page={page} />
              ))}
            </Table>
          </div>
          {isMore && <p className="text-quiet">The newest {SHOWN} of more.</p>}
        </>
      )}
    </Section>
  );
}

function Row({ payment, page }: Readonly<{ payment: VendorPayment; page: Page }>) {
  const { paymentId, amountCents, currency, status, fraudReview, dueDate, createdAt } = payment;
  return (
    <tr className="hover:bg-hover">
      <td className={`${CELL} text-right font-medium tabular-nums`}>
        <Link to={page} search={{ payment: paymentId }} className="rounded text-accent hover:underline">
          {money(amountCents, currency)}
        </Link>
      </td>
      <td className={CELL}>
        <Status of={status} />
      </td>
      <td className={`${CELL} hidden sm:table-cell`}>
        {fraudReview === undefined ? (
          <span className="text-quiet">—</span>
        ) : (
          <Badge tone={fraudReview.outcome === 'fraud' ? 'bad' : 'good'}>{fraudReview.outcome}</Badge>
        )}
      </td>
      <td className={`${CELL} hidden text-quiet min-[90rem]:table-cell`}>
        {dueDate === undefined ? '—' : <Day date={dueDate} />}
      </td>
      <td className={`${CELL} hidden text-quiet sm:table-cell`}>
        <Time at={createdAt} />
      </td>
    </tr>
  );
}
