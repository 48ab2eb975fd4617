import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { mayUse } from '../api/session.ts';
import { Failure } from '../parts/answers.tsx';
import { money } from '../parts/money.ts';
import { useSession } from '../shell/session-context.ts';
import { type Payment, paymentDisputes } from './payment-queries.ts';
import { partsOf, shareOf } from './what-is-left.ts';

/** What has become of a payment's amount; what of it is disputed leads to its disputes. */
export function MoneyBar({ payment }: Readonly<{ payment: Payment }>) {
  const mayRead = mayUse(useSession(), 'payments');
  const disputes = useQuery({
    ...paymentDisputes(payment.id),
    enabled: mayRead && payment.captured_amount > 0,
  });
  const parts = partsOf(payment, disputes.data?.items);
  return (
    <div className="flex flex-col gap-3">
      <div aria-hidden className="flex h-2.5 gap-0.5 overflow-hidden rounded-full">
        {parts
          .filter((part) => shareOf(part) > 0n)
          .map((part) => (
            <div
              key={part.name}
              className={`min-w-1 basis-0 ${part.colour}`}
              style={{ flexGrow: Number((shareOf(part) * 10_000n) / BigInt(payment.amount)) + 1 }}
            />
          ))}
      </div>
      <dl className="flex flex-wrap gap-x-8 gap-y-2">
        {parts
          .filter(({ amount }) => amount > 0n)
          .map(({ name, amount, colour, isDispute }) => (
            <div key={name}>
              <dt className="flex items-center gap-1.5 text-quiet">
                <span aria-hidden className={`size-2 rounded-full ${colour}`} />
                {name}
              </dt>
              <dd className="font-medium tabular-nums">
                {isDispute ? (
                  <Link to="/disputes" search={{ payment_id: payment.id }} className={LINK}>
                    {money(amount, payment.currency)}
                  </Link>
                ) : (
                  money(amount, payment.currency)
                )}
              </dd>
            </div>
          ))}
      </dl>
      {disputes.error !== null && disputes.data === undefined && (
        <Failure error={disputes.error} retry={() => void disputes.refetch()} />
      )}
      {disputes.data?.has_more && (
        <p className="text-quiet">
          Only the newest disputes were looked through.{' '}
          <Link to="/disputes" search={{ payment_id: payment.id }} className={LINK}>
            Look further
          </Link>
        </p>
      )}
    </div>
  );
}

const LINK = 'rounded text-accent hover:underline';
