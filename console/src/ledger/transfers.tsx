import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { statusOf } from '../api/problem.ts';
import { Empty } from '../parts/answers.tsx';
import { Time, useZone } from '../parts/clock.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { List } from '../parts/list.tsx';
import { Section } from '../parts/page.tsx';
import { useSteadyList } from '../parts/steady-list.ts';
import { CELL, Table } from '../parts/table.tsx';
import { useSession } from '../shell/session-context.ts';
import { dayOf } from './days.ts';
import { type Transfer, transferList } from './ledger-queries.ts';
import { Signed } from './signed.tsx';

const COLUMNS = [
  { name: 'Amount', look: 'w-32 text-right sm:w-44' },
  { name: 'Merchant' },
  { name: 'Transfer', look: 'hidden w-88 lg:table-cell' },
  { name: 'Created', look: 'hidden w-44 text-right sm:table-cell' },
];

/** Money from and to other merchants; for tokens that may read the ledger. */
export function Transfers() {
  const list = useSteadyList(useInfiniteQuery(transferList));
  if (statusOf(list.error) === 403) return null;
  return (
    <Section title="Transfers">
      <List
        list={list}
        name="transfers"
        empty={
          <Empty title="No transfer">Money moved to another merchant, or from one, shows up here.</Empty>
        }
      >
        {(transfers) => (
          <Table caption="Transfers, newest first" columns={COLUMNS}>
            {transfers.map((transfer) => (
              <TransferRow key={transfer.id} transfer={transfer} />
            ))}
          </Table>
        )}
      </List>
    </Section>
  );
}

/** Leads to the statement of its day, of the account that transfers alone go through. */
function TransferRow({ transfer }: Readonly<{ transfer: Transfer }>) {
  const { id, merchant_id, destination_merchant_id, amount, currency, description, created_at } = transfer;
  const day = dayOf(Date.parse(created_at), useZone());
  const isSent = merchant_id === useSession().merchant_id;
  const way = isSent ? 'To' : 'From';
  const other = isSent ? destination_merchant_id : merchant_id;
  const said = description === undefined ? other : `${other}: ${description}`;
  return (
    <tr className="hover:bg-hover">
      <td className={`${CELL} text-right font-medium tabular-nums`}>
        <Link
          to="/ledger"
          search={{ currency, account: 'transfers', start_date: day, end_date: day }}
          data-row
          title="The entries of its day"
          className="rounded hover:underline"
        >
          <Signed amount={isSent ? -BigInt(amount) : amount} currency={currency} /> {currency}
        </Link>
      </td>
      <td className={CELL} title={`${way} ${said}`}>
        {way} <br className="sm:hidden" />
        {said}
      </td>
      <td className={`${CELL} hidden lg:table-cell`}>
        <Copyable text={id} label="transfer" />
      </td>
      <td className={`${CELL} hidden text-right text-quiet sm:table-cell`}>
        <Time at={created_at} />
      </td>
    </tr>
  );
}
