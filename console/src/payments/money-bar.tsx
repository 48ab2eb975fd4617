import { money } from '../parts/money.ts';
import type { Payment } from './payment-queries.ts';
import { partsOf } from './what-is-left.ts';

export function MoneyBar({ payment }: Readonly<{ payment: Payment }>) {
  const shown = partsOf(payment).filter(({ amount }) => amount > 0n);
  return (
    <div className="flex flex-col gap-3">
      <div aria-hidden className="flex h-2.5 gap-0.5 overflow-hidden rounded-full">
        {shown.map(({ name, amount, colour }) => (
          <div
            key={name}
            className={`min-w-1 basis-0 ${colour}`}
            style={{ flexGrow: Number((amount * 10_000n) / BigInt(payment.amount)) + 1 }}
          />
        ))}
      </div>
      <dl className="flex flex-wrap gap-x-8 gap-y-2">
        {shown.map(({ name, amount, colour }) => (
          <div key={name}>
            <dt className="flex items-center gap-1.5 text-quiet">
              <span aria-hidden className={`size-2 rounded-full ${colour}`} />
              {name}
            </dt>
            <dd className="font-medium tabular-nums">{money(amount, payment.currency)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
