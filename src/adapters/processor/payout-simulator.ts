import { createHash } from 'node:crypto';
import { errAsync, okAsync } from 'neverthrow';
import type { VendorId } from '../../domain/approvals/ids.ts';
import type { PayoutOrder, Payouts, PayoutVerdict } from '../../ports/approvals/payouts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { PayoutLedger } from './payout-ledger.ts';

/** How a vendor's bank behaves: which attempt, if any, is paid first, and whether answers arrive. */
type Bank = 'unavailable' | Readonly<{ paysFrom: number; silent?: true }>;

/** All vendors but these are paid at once. */
const BANKS: Readonly<Record<string, Bank>> = {
  '00000000-0000-4000-8000-000000000001': { paysFrom: Infinity },
  '00000000-0000-4000-8000-000000000002': { paysFrom: 2 },
  '00000000-0000-4000-8000-000000000003': { paysFrom: 1, silent: true },
  '00000000-0000-4000-8000-000000000004': { paysFrom: Infinity, silent: true },
  '00000000-0000-4000-8000-000000000005': 'unavailable',
};

const bankOf = (vendorId: VendorId): Bank => BANKS[vendorId] ?? { paysFrom: 1 };

/**
 * A processor's paying side with books of its own, for development and tests: the vendor says what happens. Of the
 * vendors 00000000-0000-4000-8000-00000000000n, 1 is refused always and 2 at first; 3 is paid and 4 refused without an
 * answer, so that only `lookup` says so; 5 has a bank that is away.
 */
export const simulatedPayouts = (ledger: PayoutLedger, clock: Clock): Payouts => ({
  pay(order) {
    const bank = bankOf(order.vendorId);
    if (bank === 'unavailable') return errAsync({ kind: 'PayoutsUnavailable' });
    const verdict = ledger.settle(order, () => verdictOn(order, order.attempt >= bank.paysFrom, clock.now()));
    return bank.silent ? errAsync({ kind: 'PayoutOutcomeUnknown' }) : okAsync(verdict);
  },
  lookup(reference) {
    const verdict = ledger.find(reference);
    return verdict === undefined ? errAsync({ kind: 'PayoutHasNoRecord' }) : okAsync(verdict);
  },
});

function verdictOn(
  { reference, attempt, amount }: PayoutOrder,
  paid: boolean,
  processedAt: number,
): PayoutVerdict {
  const digest = createHash('sha256').update(`${reference} ${attempt}`).digest('hex').slice(0, 24);
  const said = { amount, attempt, processorReference: `simpay_${digest}`, processedAt };
  return paid ? { ...said, paid: true } : { ...said, paid: false, reason: 'account_closed' };
}
