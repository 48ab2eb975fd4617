import type { PaidOut, PayoutLedger } from '../../src/adapters/processor/payout-ledger.ts';
import type {
  ChargeBook,
  SimulatedDispute,
  SimulatorLedger,
} from '../../src/adapters/processor/simulator-ledger.ts';
import {
  type KeptCharge,
  keptMethod,
  type WaitingCharge,
} from '../../src/adapters/processor/simulator-waiting.ts';
import type { PayoutOrder, PayoutVerdict } from '../../src/ports/approvals/payouts.ts';
import type { ModificationOrder, Verdict } from '../../src/ports/processor.ts';

type Charged = Readonly<{ order: KeptCharge; verdict: Verdict }>;
type Moved = Readonly<{ order: ModificationOrder; verdict: Verdict }>;

/** The processor's books in memory: opening a file of them takes longer than most histories. */
export function chargeBooks(): SimulatorLedger {
  const charges = new Map<string, Charged>();
  const moves = new Map<string, Moved>();
  const waiting = new Map<string, WaitingCharge>();
  const disputes = new Map<string, SimulatedDispute>();
  const find = (reference: string) => (charges.get(reference) ?? moves.get(reference))?.verdict;

  function book(reference: string): ChargeBook | undefined {
    const charge = charges.get(reference);
    if (charge === undefined || !charge.verdict.approved) return undefined;
    const { order, verdict } = charge;
    const approved = [...moves.values()].filter(
      (move) => move.order.charge === reference && move.verdict.approved,
    );
    const sumOf = (type: ModificationOrder['type']) =>
      approved
        .filter((move) => move.order.type === type)
        .reduce((sum, move) => sum + move.verdict.amount.minorUnits, 0n);
    return {
      paymentMethod: keptMethod(order.paymentMethod),
      authorized: verdict.amount.minorUnits,
      captured: order.capture ? verdict.amount.minorUnits : sumOf('capture'),
      refunded: sumOf('refund'),
      ended: order.capture || approved.some((move) => move.order.final),
    };
  }

  return {
    find,
    book,
    record(order, verdict) {
      const known = find(order.reference);
      if (known !== undefined) return known;
      charges.set(order.reference, { order, verdict });
      return verdict;
    },
    move(order, judge) {
      const known = find(order.reference);
      if (known !== undefined) return known;
      const verdict = judge(book(order.charge));
      moves.set(order.reference, { order, verdict });
      return verdict;
    },
    charges: () =>
      new Map(
        [...charges].flatMap(([reference, { verdict }]) => (verdict.approved ? [[reference, verdict]] : [])),
      ),
    references: () => [...charges.keys(), ...moves.keys()],
    paymentMethodOf: (charge) => {
      const method = charges.get(charge)?.order.paymentMethod;
      return method === undefined ? undefined : keptMethod(method);
    },
    waiting: (reference) => waiting.get(reference),
    awaitCustomer(order, now) {
      const known = waiting.get(order.reference) ?? { ...order, since: now };
      waiting.set(order.reference, known);
      return known;
    },
    dispute({ reference, merchantId }, opensAt) {
      if (!disputes.has(reference)) disputes.set(reference, { merchantId, opensAt, isAccepted: false });
    },
    disputeOf: (charge) => disputes.get(charge),
    disputed: (by) => [...disputes].filter(([, { opensAt }]) => opensAt <= by).map(([charge]) => charge),
    acceptDispute(charge) {
      const dispute = disputes.get(charge);
      if (dispute === undefined || dispute.isAccepted) return false;
      disputes.set(charge, { ...dispute, isAccepted: true });
      return true;
    },
    close() {},
  };
}

/** The same of payouts: one row for each attempt that was judged. */
export function payoutBooks(): PayoutLedger {
  const rows: Readonly<{ order: PayoutOrder; verdict: PayoutVerdict }>[] = [];
  const find = (reference: string) =>
    rows
      .filter(({ order }) => order.reference === reference)
      .map(({ verdict }) => verdict)
      .toSorted((a, b) => a.attempt - b.attempt)
      .at(-1);
  return {
    find,
    settle(order, judge) {
      const known = find(order.reference);
      if (known !== undefined && (known.paid || known.attempt >= order.attempt)) return known;
      const verdict = judge();
      rows.push({ order, verdict });
      return verdict;
    },
    paid: () =>
      rows
        .filter(({ verdict }) => verdict.paid)
        .map(
          ({ order }): PaidOut => ({
            reference: order.reference,
            vendorId: order.vendorId,
            cents: order.amount.minorUnits,
          }),
        ),
    close() {},
  };
}
