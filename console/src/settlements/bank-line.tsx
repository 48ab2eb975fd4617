import { Landmark } from 'lucide-react';
import { money } from '../parts/money.ts';
import { Facts } from '../parts/page.tsx';
import type { Settlement } from './settlement-queries.ts';

/** What was sent to the bank, as the file says, and how far it is from the net. */
export function BankLine({
  settlement: { payout, currency, payout_id },
}: Readonly<{ settlement: Settlement }>) {
  if (payout === undefined) return <p className="text-quiet">The file has no row of a payout.</p>;
  const difference = BigInt(payout.difference);
  return (
    <div className="flex flex-col gap-3">
      <p className="flex items-center gap-2 text-lg font-semibold tabular-nums">
        <Landmark aria-hidden className="size-4 text-quiet" />
        {money(payout.amount, currency)}
      </p>
      <Facts
        facts={[
          ['Bank reference', payout.bank_reference ?? 'None in the file'],
          ['Payout', payout_id],
          [
            'Difference to the net',
            <span key="difference" className={difference === 0n ? 'text-good' : 'font-medium text-bad'}>
              {difference === 0n ? 'Nothing: the two agree' : money(difference, currency)}
            </span>,
          ],
        ]}
      />
    </div>
  );
}
