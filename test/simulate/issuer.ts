import { errAsync, okAsync } from 'neverthrow';
import type { SimulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { type MerchantId, type PaymentId, parseId } from '../../src/domain/kernel/ids.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import { type Money, money } from '../../src/domain/kernel/money.ts';
import type { ProcessorDispute, ProcessorDisputes } from '../../src/ports/processor-disputes.ts';
import type { Decision, DisputeTurn } from './disputes-plan.ts';

/** What the processor keeps beside a chargeback, whoever wins. */
export const DISPUTE_FEE = 15n;

const DAY_MS = 86_400_000;

/** A dispute as it is at the processor. */
export type HeldDispute = Readonly<{
  name: string;
  merchantId: MerchantId;
  paymentId: PaymentId;
  chargeId: string;
  amount: Money;
  openedAt: Instant;
  /** `accepted`: lost, because the merchant said so. */
  status: 'needs_response' | 'under_review' | 'won' | 'lost' | 'accepted';
}>;

/** Cardholders, their issuers, and what the processor has on record of them: one dispute for each charge at the most. */
export type Issuer = Readonly<{
  /** The name of the dispute that has turned; undefined where none can turn so. */
  turn(turn: DisputeTurn): string | undefined;
  disputes(): readonly HeldDispute[];
  /** As the processor answers at its own desk. */
  records: ProcessorDisputes;
}>;

/**
 * The simulator that ships opens disputes of whole charges and has none decided; here they are of parts too, and their issuers decide.
 * Its books refuse refunds of what is disputed here as there.
 */
export function issuerWith(
  books: SimulatorLedger,
  merchantOf: (paymentId: PaymentId) => MerchantId | undefined,
  now: () => Instant,
): Issuer {
  const held = new Map<string, HeldDispute>();
  const move = (dispute: Omit<HeldDispute, 'status'>, status: HeldDispute['status']) => {
    held.set(dispute.name, { ...dispute, status });
    return dispute.name;
  };

  function open(of: number, isPartial: boolean): string | undefined {
    const charges = [...books.charges()].flatMap(([reference, { processorId: chargeId, amount }]) => {
      const paymentId = parseId('pay', reference);
      const { captured, refunded } = books.book(reference) ?? { captured: 0n, refunded: 0n };
      return paymentId === undefined || captured === refunded || books.disputeOf(reference) !== undefined
        ? []
        : [{ paymentId, chargeId, left: money(captured - refunded, amount.currency) }];
    });
    const charge = charges[of % Math.max(1, charges.length)];
    const merchantId = charge && merchantOf(charge.paymentId);
    if (charge === undefined || merchantId === undefined) return undefined;
    const { paymentId, chargeId, left } = charge;
    const openedAt = now();
    books.dispute({ reference: paymentId, merchantId }, openedAt);
    const amount = isPartial ? money(left.minorUnits / 2n, left.currency) : left;
    const name = `dp_${paymentId}`;
    return move({ name, merchantId, paymentId, chargeId, amount, openedAt }, 'needs_response');
  }

  function decide(of: number, as: Decision): string | undefined {
    const open = [...held.values()].filter(isOpen);
    const dispute = open[of % Math.max(1, open.length)];
    return dispute === undefined || dispute.status === as ? undefined : move(dispute, as);
  }

  return {
    turn: (turn) => (turn.type === 'opened' ? open(turn.of, turn.isPartial) : decide(turn.of, turn.as)),
    disputes: () => [...held.values()],
    records: {
      find({ id }) {
        const dispute = held.get(id);
        return dispute === undefined
          ? errAsync({ kind: 'ProcessorHasNoRecord' })
          : okAsync(recordOf(dispute));
      },
      accept({ id }) {
        const dispute = held.get(id);
        if (dispute?.status !== 'needs_response') return errAsync({ kind: 'DisputeNotClosed' });
        move(dispute, 'accepted');
        return okAsync(undefined);
      },
    },
  };
}

/** Neither side has had the last word. */
export const isOpen = ({ status }: HeldDispute): boolean =>
  status === 'needs_response' || status === 'under_review';

function recordOf({ name, merchantId, paymentId, chargeId, ...dispute }: HeldDispute): ProcessorDispute {
  const { amount, status, openedAt } = dispute;
  return {
    processorId: name,
    chargeId,
    about: { merchantId, paymentId },
    amount,
    reason: 'fraudulent',
    status: status === 'accepted' ? 'lost' : status,
    ...(status === 'needs_response' ? { respondBy: openedAt + 7 * DAY_MS } : {}),
    chargedBack: { amount, fee: DISPUTE_FEE },
    ...(status === 'won' ? { returned: { amount, fee: 0n } } : {}),
  };
}
