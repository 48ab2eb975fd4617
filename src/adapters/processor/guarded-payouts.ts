import type { PayoutOutcomeUnknown, Payouts, PayoutsUnavailable } from '../../ports/approvals/payouts.ts';
import { circuit, type GuardTerms } from './circuit.ts';

const unavailable: PayoutsUnavailable = { kind: 'PayoutsUnavailable' };
const outcomeUnknown: PayoutOutcomeUnknown = { kind: 'PayoutOutcomeUnknown' };

/** The paying side behind a circuit of its own: a payout without an answer in time is unknown, never failed. */
export function guardedPayouts(payouts: Payouts, terms: GuardTerms): Payouts {
  const { guard } = circuit(terms, unavailable);
  return {
    pay: (order) => guard(() => payouts.pay(order), outcomeUnknown),
    lookup: (reference) => guard(() => payouts.lookup(reference), unavailable),
  };
}
