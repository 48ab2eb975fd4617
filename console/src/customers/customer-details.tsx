import { inWords } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { Facts } from '../parts/page.tsx';
import type { Customer } from './customer-queries.ts';

/** They have the focus once they are revealed, as the button is gone. */
const focus = (details: HTMLElement | null) => details?.focus();

export function CustomerDetails({ customer }: Readonly<{ customer: Customer }>) {
  const { email, name, phone, payment_methods, metadata, created_at, updated_at } = customer;
  const pairs = Object.entries(metadata ?? {}) as [string, string][];
  return (
    <div ref={focus} tabIndex={-1} role="group" aria-label="Details" className="card p-4">
      <Facts
        facts={[
          ['Email', email],
          ['Name', name],
          ['Phone', phone],
          ['Payment methods', payment_methods.length > 0 && <Methods key="methods" customer={customer} />],
          ...pairs,
          ['Created', <Time key="created" at={created_at} exact />],
          ['Updated', <Time key="updated" at={updated_at} exact />],
        ].filter((fact): fact is [string, string] => fact[1] !== false)}
      />
    </div>
  );
}

function Methods({ customer: { payment_methods } }: Readonly<{ customer: Customer }>) {
  return (
    <ul className="flex flex-col gap-1">
      {payment_methods.map(({ id, type, brand, bank_name, last4, expiry_month, expiry_year, is_default }) => (
        <li key={id} title={id}>
          {inWords(brand ?? bank_name ?? type)} ending in {last4}
          {expiry_month !== undefined && `, until ${expiry_month}/${expiry_year}`}
          {is_default && <span className="text-quiet"> · default</span>}
        </li>
      ))}
    </ul>
  );
}
