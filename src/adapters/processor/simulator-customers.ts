import type { Money } from '../../domain/kernel/money.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ChargeAwaitsCustomer } from '../../ports/processor.ts';
import type { SimulatorLedger } from './simulator-ledger.ts';
import { idOf, verdictOn } from './simulator-verdicts.ts';
import type { WaitingCharge } from './simulator-waiting.ts';

/** For how long a customer can act. */
const ACTION_MS = 15 * 60_000;

/** A charge that waits for its customer, who acts on the simulator's page: the path of it, on the server that took the payment. */
export const awaitingCustomer = ({ reference, since }: WaitingCharge): ChargeAwaitsCustomer => ({
  awaits: 'customer',
  processorId: idOf(reference),
  action: { kind: 'redirect', value: `/simulator/customers/${reference}`, expiresAt: since + ACTION_MS },
});

/** The customers of the simulator's charges, as its page shows them. */
export type SimulatedCustomers = Readonly<{
  /** What a customer is asked for who has not acted yet; undefined where none is. */
  waiting(reference: string): Readonly<{ amount: Money }> | undefined;
  /** The first act counts; false where there is none to be done any more. */
  act(reference: string, choice: 'approve' | 'decline'): boolean;
}>;

export function simulatedCustomers(ledger: SimulatorLedger, clock: Clock): SimulatedCustomers {
  const waiting = (reference: string): WaitingCharge | undefined => {
    const found = ledger.find(reference) === undefined ? ledger.waiting(reference) : undefined;
    return found !== undefined && clock.now() < found.since + ACTION_MS ? found : undefined;
  };
  return {
    waiting,
    act(reference, choice) {
      const found = waiting(reference);
      if (found === undefined) return false;
      const verdict = choice === 'approve' ? 'approved' : 'card_declined';
      const said = verdictOn(found, verdict, clock.now(), undefined);
      return ledger.record(found, said).approved === said.approved;
    },
  };
}
