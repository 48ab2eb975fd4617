import type { CurrencyCode } from '../kernel/currency.ts';
import type { MerchantId, ReconciliationId, SettlementId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import { present } from '../kernel/present.ts';

/** What rows belong to one settlement by: the day (`YYYY-MM-DD`) and the payout that the processor's file names. */
export type SettlementGroup = Readonly<{ date: string; currency: CurrencyCode; payoutId?: string }>;

/** The parts of the equation: what a row that took effect is counted as. */
export const SETTLEMENT_PARTS = [
  'payment',
  'refund',
  'chargeback',
  'chargeback_reversal',
  'fee',
  'adjustment',
] as const;
export type SettlementPart = (typeof SETTLEMENT_PARTS)[number];

/**
 * What one row adds, in minor units of the settlement's currency. `amount` is signed: what the merchant is paid for the row,
 * negative where it is charged; a row that is a fee alone has the amount 0. What is paid is `amount` less `fee`. An
 * `exception` is a row that did not match, with what it claims; a `payout` is what the bank is sent.
 */
export type SettlementAddition = Readonly<{
  part: SettlementPart | 'exception' | 'payout';
  amount: bigint;
  fee: bigint;
  /** What the row would be paid by the processor's figures, less what it is by ours; of a match within the tolerance. */
  tolerated?: bigint;
  bankReference?: string;
}>;

/** What the parts come to. Refunds, fees and chargebacks (less those that were reversed) are positive where they cost. */
export type SettlementSums = Readonly<{
  payments: bigint;
  refunds: bigint;
  fees: bigint;
  chargebacks: bigint;
  adjustments: bigint;
}>;

/** What the processor says that it sent to the bank, all its rows together, negative for what it drew. */
export type SettlementPayout = Readonly<{ amount: bigint; bankReference?: string }>;

/** What the rows of a settlement come to, and which batches of the file hold them, both inclusive. */
export type SettlementContents = Readonly<{
  firstBatch: number;
  lastBatch: number;
  sums: SettlementSums;
  /** Payments and refunds; rows of every part; rows that did not match. */
  transactions: number;
  items: number;
  exceptions: number;
  /** What the rows that did not match claim to be paid. */
  unmatched: bigint;
  tolerated: bigint;
  payout?: SettlementPayout;
}>;

type Known = SettlementGroup &
  SettlementContents &
  Readonly<{
    kind: 'settlement';
    id: SettlementId;
    merchantId: MerchantId;
    /** Among those of the same date, currency and payout, from 1. */
    sequence: number;
    /** The file that its rows are of; no other adds to it. */
    reconciliationId: ReconciliationId;
    version: number;
    createdAt: Instant;
    updatedAt: Instant;
    auditHash: string;
  }>;

export type ProcessingSettlement = Known & Readonly<{ status: 'processing' }>;
/** Locked: nothing changes it any more. `fault` is why its file failed before its end. */
export type ClosedSettlement = Known &
  Readonly<{
    status: 'completed' | 'completed_with_exceptions';
    processedAt: Instant;
    fault?: string;
  }>;

/**
 * What a processor settled on one day in one currency with one payout, as one file says: gross − fees − chargebacks +
 * adjustments = net. Rows of a later file open the next in sequence.
 */
export type Settlement = ProcessingSettlement | ClosedSettlement;
export type SettlementStatus = Settlement['status'];

export const openSettlement = (
  order: SettlementGroup &
    Pick<Known, 'id' | 'merchantId' | 'sequence' | 'reconciliationId' | 'createdAt'> &
    Readonly<{ batch: number }>,
): ProcessingSettlement => {
  const { batch, ...known } = order;
  return {
    kind: 'settlement',
    ...known,
    status: 'processing',
    ...noContents(batch),
    version: 1,
    updatedAt: order.createdAt,
    auditHash: '',
  };
};

/** One row more. How many versions rows that are committed together make is their commit's. */
export const addToSettlement = (
  settlement: ProcessingSettlement,
  addition: SettlementAddition,
  { batch, now }: Readonly<{ batch: number; now: Instant }>,
): ProcessingSettlement => ({ ...settlement, ...addToContents(settlement, addition, batch), updatedAt: now });

/** Of a settlement whose first row is in the batch, before that row. */
export const noContents = (batch: number): SettlementContents => ({
  firstBatch: batch,
  lastBatch: batch,
  sums: { payments: 0n, refunds: 0n, fees: 0n, chargebacks: 0n, adjustments: 0n },
  transactions: 0,
  items: 0,
  exceptions: 0,
  unmatched: 0n,
  tolerated: 0n,
});

/** The contents with one row more, and nothing else of what holds them. A payout's row is an item only by its fee. */
export function addToContents(
  { firstBatch, sums, transactions, items, exceptions, unmatched, tolerated, payout }: SettlementContents,
  addition: SettlementAddition,
  batch: number,
): SettlementContents {
  const { part, amount, fee } = addition;
  const isTransaction = part === 'payment' || part === 'refund';
  const isException = part === 'exception';
  const paid = part === 'payout' ? paidOut(payout, addition) : payout;
  const contents = {
    firstBatch,
    lastBatch: batch,
    sums: isException ? sums : sumsWith(sums, part, amount, fee),
    transactions: transactions + (isTransaction ? 1 : 0),
    items: items + (isItem(addition) ? 1 : 0),
    exceptions: exceptions + (isException ? 1 : 0),
    unmatched: isException ? unmatched + amount - fee : unmatched,
    tolerated: tolerated + (addition.tolerated ?? 0n),
  };
  return paid === undefined ? contents : { ...contents, payout: paid };
}

/** Whether a row is one of those that the amounts are made of. */
export const isItem = ({ part, fee }: Pick<SettlementAddition, 'part' | 'fee'>): boolean =>
  part === 'payout' ? fee !== 0n : part !== 'exception';

function paidOut(before: SettlementPayout | undefined, { amount, bankReference }: SettlementAddition) {
  const reference = bankReference ?? before?.bankReference;
  return { amount: (before?.amount ?? 0n) + amount, ...present({ bankReference: reference }) };
}

function sumsWith(
  sums: SettlementSums,
  part: SettlementPart | 'payout',
  amount: bigint,
  fee: bigint,
): SettlementSums {
  const fees = sums.fees + fee;
  switch (part) {
    case 'payment':
      return { ...sums, fees, payments: sums.payments + amount };
    case 'refund':
      return { ...sums, fees, refunds: sums.refunds - amount };
    case 'chargeback':
    case 'chargeback_reversal':
      return { ...sums, fees, chargebacks: sums.chargebacks - amount };
    case 'adjustment':
      return { ...sums, fees, adjustments: sums.adjustments + amount };
    case 'fee':
    case 'payout':
      return { ...sums, fees };
  }
}

/** Payments less refunds. */
export const grossOf = ({ payments, refunds }: SettlementSums): bigint => payments - refunds;

/** gross − fees − chargebacks + adjustments. */
export const netOf = (sums: SettlementSums): bigint =>
  grossOf(sums) - sums.fees - sums.chargebacks + sums.adjustments;

/** What the bank's line has more than the net; undefined where the file has no row of a payout. */
export const payoutDifference = ({ payout, sums }: Pick<Known, 'payout' | 'sums'>): bigint | undefined =>
  payout === undefined ? undefined : payout.amount - netOf(sums);

/**
 * The end of the file, or what ended it. With exceptions when a row did not match, when the payout differs from the net by
 * other than what was tolerated row by row, or when the file failed.
 */
export function closeSettlement(
  settlement: ProcessingSettlement,
  fault: string | undefined,
  now: Instant,
): ClosedSettlement {
  const { exceptions, tolerated } = settlement;
  const isClean =
    exceptions === 0 && fault === undefined && (payoutDifference(settlement) ?? tolerated) === tolerated;
  return {
    ...settlement,
    status: isClean ? 'completed' : 'completed_with_exceptions',
    ...present({ fault }),
    processedAt: now,
    version: settlement.version + 1,
    updatedAt: now,
  };
}
