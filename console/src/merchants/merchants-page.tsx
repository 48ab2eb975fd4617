import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Empty } from '../parts/answers.tsx';
import { Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { CELL, Table } from '../parts/table.tsx';
import { type Merchant, merchantList } from './merchant-queries.ts';

const COLUMNS = [
  { name: 'Name' },
  { name: 'Status', look: 'w-28' },
  { name: 'Id', look: 'hidden md:table-cell' },
  { name: 'Payments a minute', look: 'hidden w-36 text-right md:table-cell' },
  { name: 'Payments a day', look: 'hidden w-32 text-right lg:table-cell' },
  { name: 'Created', look: 'hidden w-44 lg:table-cell' },
];

/** Tenants of this installation. */
export function MerchantsPage() {
  const list = useInfiniteQuery(merchantList);
  return (
    <Page title="Merchants">
      <List
        list={list}
        name="merchants"
        empty={
          <Empty title="No merchant yet">
            <code className="font-mono">POST /merchants</code> makes one.
          </Empty>
        }
      >
        {(merchants) => (
          <Table caption="Merchants" columns={COLUMNS}>
            {merchants.map((merchant) => (
              <Row key={merchant.id} merchant={merchant} />
            ))}
          </Table>
        )}
      </List>
    </Page>
  );
}

function Row({ merchant: { id, name, status, rate_limits, created_at } }: Readonly<{ merchant: Merchant }>) {
  return (
    <tr className="hover:bg-hover">
      <td className={CELL}>
        <Link
          to="/merchants/$id"
          params={{ id }}
          data-row
          className="rounded font-medium text-accent hover:underline"
        >
          {name}
        </Link>
      </td>
      <td className={CELL}>
        <Status of={status} />
      </td>
      <td className={`${CELL} hidden font-mono text-[13px] md:table-cell`}>{id}</td>
      <td className={`${CELL} hidden text-right tabular-nums md:table-cell`}>
        <Most of={rate_limits.payments_per_minute} />
      </td>
      <td className={`${CELL} hidden text-right tabular-nums lg:table-cell`}>
        <Most of={rate_limits.payments_per_day} />
      </td>
      <td className={`${CELL} hidden text-quiet lg:table-cell`}>
        <Time at={created_at} />
      </td>
    </tr>
  );
}

const Most = ({ of }: Readonly<{ of: number }>) =>
  of === 0 ? <span className="text-quiet">No limit</span> : new Intl.NumberFormat('en').format(of);
