import { useQuery } from '@tanstack/react-query';
import { printExact, type Whole } from '../api/exact-json.ts';
import { mayUse } from '../api/session.ts';
import { Badge, inWords } from '../parts/badge.tsx';
import { money } from '../parts/money.ts';
import { CELL, Table } from '../parts/table.tsx';
import { type PaymentWithTransactions, paymentQuery } from '../payments/payment-queries.ts';
import { useSession } from '../shell/session-context.ts';
import type { Exception } from './exception-queries.ts';

const COLUMNS = [
  { name: 'Field', look: 'w-28 sm:w-44' },
  { name: 'Ours' },
  { name: 'The file’s' },
  { name: 'Differs', look: 'hidden w-24 sm:table-cell', isSilent: true },
];

const ORDER = ['type', 'status', 'amount', 'fee', 'currency', 'settlement_date'];

/** Both sides of an exception. Ours is what was compared, and beside it the transaction as it is now, where the token may read it. */
export function Comparison({ exception }: Readonly<{ exception: Exception }>) {
  const session = useSession();
  const { payment_id, transaction_id, kind } = exception;
  const payment = useQuery({
    ...paymentQuery(payment_id ?? ''),
    enabled: payment_id !== undefined && kind !== 'missing_here' && mayUse(session, 'payments'),
  });
  const transaction = payment.data?.transactions.find(({ id }) => id === transaction_id);
  const lines = linesOf(exception, transaction);
  return (
    <div className="card overflow-hidden">
      <Table caption="Ours and the file’s" columns={COLUMNS}>
        {lines.map(({ field, ours, theirs, isDifferent }) => (
          <tr key={field} className={isDifferent ? 'bg-warn-wash font-medium' : ''}>
            <th scope="row" className={`${CELL} text-left font-normal text-quiet`}>
              {inWords(field)}
            </th>
            <td className={`${CELL} tabular-nums`}>{ours}</td>
            <td className={`${CELL} tabular-nums`}>{theirs}</td>
            <td className={`${CELL} hidden sm:table-cell`}>
              {isDifferent && <Badge tone="warn">Differs</Badge>}
            </td>
          </tr>
        ))}
      </Table>
    </div>
  );
}

type Transaction = PaymentWithTransactions['transactions'][number];

const oursIn = (transaction: Transaction | undefined): Readonly<Record<string, unknown>> =>
  transaction === undefined
    ? {}
    : {
        type: transaction.type === 'capture' ? 'payment' : transaction.type,
        status: transaction.status,
        amount: transaction.amount,
        fee: transaction.fee_amount,
        currency: transaction.currency,
      };

function linesOf({ fields = [], row = {}, currency }: Exception, transaction: Transaction | undefined) {
  const compared = new Map(fields.map((each) => [each.field, each]));
  const ours = oursIn(transaction);
  const theirs: Readonly<Record<string, unknown>> = row;
  const names = new Set([...ORDER, ...compared.keys()]);
  return [...names]
    .map((field) => {
      const differing = compared.get(field);
      const texts = [differing?.ours ?? ours[field], differing?.theirs ?? theirs[field]] as const;
      return {
        field,
        ours: shown(field, texts[0], transaction?.currency ?? currency),
        theirs: shown(field, texts[1], row.currency ?? currency),
        isDifferent: differing !== undefined,
      };
    })
    .filter((line) => line.isDifferent || line.ours !== NOTHING || line.theirs !== NOTHING);
}

const NOTHING = '—';

function shown(field: string, value: unknown, currency: string | undefined): string {
  if (value === undefined || value === null) return NOTHING;
  if (/amount$|^fee$/.test(field) && currency !== undefined) return money(value as Whole, currency);
  return typeof value === 'string' ? value : printExact(value);
}
