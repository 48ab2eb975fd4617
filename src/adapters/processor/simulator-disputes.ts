import { errAsync, okAsync } from 'neverthrow';
import { parseId } from '../../domain/kernel/ids.ts';
import { money } from '../../domain/kernel/money.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ProcessorDisputes } from '../../ports/processor-disputes.ts';
import type { SimulatorLedger } from './simulator-ledger.ts';

/** Names of the simulator's disputes begin so, and end with the reference of their charge. */
const PREFIX = 'simdp_';
const DAY_MS = 86_400_000;

const noRecord = { kind: 'ProcessorHasNoRecord' } as const;

/** Disputes in the simulator's books, and the names of those that have opened: it has no notifications. */
export type SimulatedDisputes = ProcessorDisputes & Readonly<{ opened: () => readonly string[] }>;

/**
 * The simulator's disputes: of all of a charge that has not been refunded, which is taken from the merchant when they open, as nothing
 * of it is refunded from then on. Where nothing is left there is none. They wait a week for a response, and end when they are accepted.
 */
export const simulatedDisputes = (ledger: SimulatorLedger, clock: Clock): SimulatedDisputes => ({
  opened: () => ledger.disputed(clock.now()).map((charge) => `${PREFIX}${charge}`),
  find({ id }) {
    const charge = chargeIn(id);
    const dispute = ledger.disputeOf(charge);
    const verdict = ledger.find(charge);
    const book = ledger.book(charge);
    const paymentId = parseId('pay', charge);
    if (dispute === undefined || verdict === undefined || paymentId === undefined) return errAsync(noRecord);
    const left = book === undefined ? 0n : book.captured - book.refunded;
    if (dispute.opensAt > clock.now() || left <= 0n) return errAsync(noRecord);
    const amount = money(left, verdict.amount.currency);
    return okAsync({
      processorId: id,
      chargeId: verdict.processorId,
      about: { merchantId: dispute.merchantId, paymentId },
      amount,
      reason: 'fraudulent',
      ...(dispute.isAccepted
        ? { status: 'lost' as const }
        : { status: 'needs_response' as const, respondBy: dispute.opensAt + 7 * DAY_MS }),
      chargedBack: { amount, fee: 0n },
    });
  },
  accept: ({ id }) =>
    ledger.acceptDispute(chargeIn(id)) ? okAsync(undefined) : errAsync({ kind: 'DisputeNotClosed' }),
});

const chargeIn = (id: string): string => (id.startsWith(PREFIX) ? id.slice(PREFIX.length) : '');

/** Two processors' disputes: each of the simulator has its name. */
export const besideSimulated = (
  simulated: ProcessorDisputes,
  others: ProcessorDisputes | undefined,
): ProcessorDisputes => {
  const of = ({ id }: Readonly<{ id: string }>) =>
    id.startsWith(PREFIX) ? simulated : (others ?? simulated);
  return {
    find: (dispute) => of(dispute).find(dispute),
    accept: (dispute) => of(dispute).accept(dispute),
  };
};
