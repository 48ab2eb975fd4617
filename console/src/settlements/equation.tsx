import type { ReactNode } from 'react';
import { decimal, money } from '../parts/money.ts';
import { EXCEPTIONS, ROWS, ToPlace } from './place.tsx';
import type { Settlement } from './settlement-queries.ts';

/** gross − fees − chargebacks ± adjustments = net, written as a sum. Each amount leads to the rows that it is made of. */
export function Equation({ settlement }: Readonly<{ settlement: Settlement }>) {
  const { currency, payment_amount, refund_amount, gross_amount, fee_amount } = settlement;
  const { chargeback_amount, adjustment_amount, net_amount, tolerated_amount, exception_amount } = settlement;
  const { item_count, exception_count } = settlement;
  const made = (amount: string) => (
    <ToPlace name={ROWS} isEmpty={item_count === 0}>
      {amount}
    </ToPlace>
  );
  const isGiven = BigInt(adjustment_amount) >= 0n;
  return (
    <table className="w-full max-w-xl border-collapse">
      <caption className="sr-only">What the settlement comes to, in {currency}</caption>
      <tbody>
        <Line name="Payments" amount={made(decimal(payment_amount, currency))} isPart />
        <Line sign="−" name="Refunds" amount={made(decimal(refund_amount, currency))} isPart />
        <Line name="Gross" amount={made(decimal(gross_amount, currency))} isSum />
        <Line sign="−" name="Fees" amount={made(decimal(fee_amount, currency))} />
        <Line sign="−" name="Chargebacks" amount={made(decimal(chargeback_amount, currency))} />
        <Line
          sign={isGiven ? '+' : '−'}
          name="Adjustments"
          amount={made(decimal(isGiven ? adjustment_amount : -BigInt(adjustment_amount), currency))}
        />
        <Line sign="=" name="Net" amount={made(money(net_amount, currency))} isSum isNet />
        {BigInt(tolerated_amount) !== 0n && (
          <Line name="Tolerated beyond it" amount={made(decimal(tolerated_amount, currency))} isPart />
        )}
        {BigInt(exception_amount) !== 0n && (
          <Line
            name="Claimed by rows that did not match"
            amount={
              <ToPlace name={EXCEPTIONS} isEmpty={exception_count === 0}>
                {decimal(exception_amount, currency)}
              </ToPlace>
            }
            isPart
          />
        )}
      </tbody>
    </table>
  );
}

type LineProps = Readonly<{
  name: ReactNode;
  amount: ReactNode;
  sign?: string;
  /** Of the line below it, or beside the sum. */
  isPart?: boolean;
  isSum?: boolean;
  isNet?: boolean;
}>;

function Line({ name, amount, sign = '', isPart = false, isSum = false, isNet = false }: LineProps) {
  const look = `${isPart ? 'text-quiet' : ''} ${isSum ? 'border-t border-strong-line font-medium' : ''} ${isNet ? 'text-lg font-semibold' : ''}`;
  return (
    <tr className={look}>
      <td className="w-8 py-1 text-center tabular-nums">{sign}</td>
      <th scope="row" className="py-1 text-left [font-weight:inherit]">
        {name}
      </th>
      <td className="py-1 text-right whitespace-nowrap tabular-nums">{amount}</td>
    </tr>
  );
}
