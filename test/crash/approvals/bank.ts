import { errAsync } from 'neverthrow';
import { type PayoutLedger, payoutLedger } from '../../../src/adapters/processor/payout-ledger.ts';
import type { ApprovalsStorage } from '../../../src/ports/approvals/approvals-storage.ts';
import type { Payouts } from '../../../src/ports/approvals/payouts.ts';
import type { Outage } from '../points.ts';

/** Of a bank that gives no answer. */
export const AWAY = { kind: 'PayoutsUnavailable' } as const;

/** One for each store: opening books takes longer than most worlds live. */
const ledgers = new WeakMap<ApprovalsStorage, PayoutLedger>();

function ledgerOf(storage: ApprovalsStorage): PayoutLedger {
  const ledger = ledgers.get(storage) ?? payoutLedger(':memory:');
  ledgers.set(storage, ledger);
  return ledger;
}

/** The part of shared books that is asked for through it. */
function partOf(ledger: PayoutLedger): PayoutLedger {
  const settled = new Set<string>();
  return {
    ...ledger,
    settle(order, judge) {
      settled.add(order.reference);
      return ledger.settle(order, judge);
    },
    paid: () => ledger.paid().filter(({ reference }) => settled.has(reference)),
    close: () => {},
  };
}

/** The books of a bank that one world sees, of those that all worlds on a store share. */
export const booksIn = (storage: ApprovalsStorage): PayoutLedger => partOf(ledgerOf(storage));

/** A bank that at times refuses before any effect. */
export const outOfOrder = (payouts: Payouts, outage: () => Outage | undefined): Payouts => ({
  pay: (order) => (outage() === undefined ? payouts.pay(order) : errAsync(AWAY)),
  lookup: (reference) => (outage()?.refuses === 'everything' ? errAsync(AWAY) : payouts.lookup(reference)),
});
