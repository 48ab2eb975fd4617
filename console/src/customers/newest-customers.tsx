import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Empty } from '../parts/answers.tsx';
import { Time } from '../parts/clock.tsx';
import { List } from '../parts/list.tsx';
import { Section } from '../parts/page.tsx';
import { CELL, Table } from '../parts/table.tsx';
import { customerList } from './customer-queries.ts';

const COLUMNS = [{ name: 'Customer' }, { name: 'Created', look: 'hidden w-52 text-right sm:table-cell' }];

/** Every customer, still sealed. */
export function NewestCustomers() {
  const list = useInfiniteQuery(customerList);
  return (
    <Section title="Newest">
      <List
        list={list}
        name="customers"
        empty={
          <Empty title="No customer yet">
            <code className="font-mono">POST /customers</code> makes one.
          </Empty>
        }
      >
        {(customers) => (
          <Table caption="Customers, newest first" columns={COLUMNS}>
            {customers.map((customer) => (
              <tr key={customer.id} className="hover:bg-hover">
                <td className={CELL}>
                  <Link
                    to="/customers/$id"
                    params={{ id: customer.id }}
                    data-row
                    className="rounded font-mono text-[13px] text-accent hover:underline"
                  >
                    {customer.id}
                  </Link>
                  {'status' in customer && customer.status === 'erased' && (
                    <span className="text-quiet">, erased</span>
                  )}
                </td>
                <td className={`${CELL} hidden text-right text-quiet sm:table-cell`}>
                  <Time at={customer.created_at} />
                </td>
              </tr>
            ))}
          </Table>
        )}
      </List>
    </Section>
  );
}
