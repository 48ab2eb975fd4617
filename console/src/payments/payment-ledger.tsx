import { useQuery } from '@tanstack/react-query';
import { statusOf } from '../api/problem.ts';
import { Failure, Skeleton } from '../parts/answers.tsx';
import { inWords } from '../parts/badge.tsx';
import { decimal } from '../parts/money.ts';
import { Section } from '../parts/page.tsx';
import { type Payment, paymentEntries } from './payment-queries.ts';
import { type TAccount, tAccountsOf } from './t-accounts.ts';

/** What the payment did to the books, account by account; for tokens that may read the ledger. */
export function PaymentLedger({ payment }: Readonly<{ payment: Payment }>) {
  const { data, error, refetch } = useQuery(paymentEntries(payment.id));
  if (statusOf(error) === 403) return null;
  return (
    <Section title="Ledger">
      {data === undefined ? (
        error === null ? (
          <Skeleton rows={2} label="Loading the entries" />
        ) : (
          <Failure error={error} retry={() => void refetch()} />
        )
      ) : data.items.length === 0 ? (
        <p className="text-quiet">No money has moved.</p>
      ) : (
        <div className="grid grid-cols-1 gap-4 sm:grid-cols-2 xl:grid-cols-1">
          {tAccountsOf(data.items).map((account) => (
            <AccountTable key={account.account} of={account} currency={payment.currency} />
          ))}
          {data.has_more && <p className="text-quiet">These are the latest hundred entries.</p>}
        </div>
      )}
    </Section>
  );
}

const CELL = 'px-2 py-1 align-top';

function AccountTable({ of, currency }: Readonly<{ of: TAccount; currency: string }>) {
  const { account, debits, credits, balance } = of;
  const rows = Array.from({ length: Math.max(debits.length, credits.length) }, (_, row) => row);
  const left = balance < 0n ? decimal(-balance, currency) : '';
  const right = balance >= 0n ? decimal(balance, currency) : '';
  return (
    <table className="w-full table-fixed border-collapse text-[13px]">
      <caption className="border-b-2 border-strong-line pb-1 text-center font-medium">
        {inWords(account)} <span className="font-normal text-quiet">{currency}</span>
      </caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">Debit</th>
          <th scope="col">Credit</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row}>
            <Side line={debits[row]} currency={currency} look="border-r-2 border-strong-line" />
            <Side line={credits[row]} currency={currency} />
          </tr>
        ))}
      </tbody>
      <tfoot className="border-t border-line font-medium">
        <tr>
          <td className={`${CELL} border-r-2 border-strong-line text-right tabular-nums`}>{left}</td>
          <td className={`${CELL} text-right tabular-nums`}>{right}</td>
        </tr>
      </tfoot>
    </table>
  );
}

type SideProps = Readonly<{
  line: TAccount['debits'][number] | undefined;
  currency: string;
  look?: string;
}>;

const Side = ({ line, currency, look = '' }: SideProps) => (
  <td className={`${CELL} ${look}`} title={line?.id}>
    {line !== undefined && (
      <span className="flex flex-wrap justify-between gap-x-2">
        <span className="text-quiet">{inWords(line.type)}</span>
        <span className="ml-auto tabular-nums">{decimal(line.amount, currency)}</span>
      </span>
    )}
  </td>
);
