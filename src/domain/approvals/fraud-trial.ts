import { foldChain } from '../kernel/audit-chain.ts';
import { storedCurrency } from '../kernel/currency.ts';
import { fromRfc3339, type Instant } from '../kernel/instant.ts';
import type { JsonObject } from '../kernel/json.ts';
import { money } from '../kernel/money.ts';
import { present } from '../kernel/present.ts';
import type { AuditLogEntry } from './audit-log.ts';
import { type FraudStatus, type FraudThresholds, type FraudVerdict, graver, judgeFraud } from './fraud.ts';
import { FARTHEST_PAYMENTS, type FraudRules, pastWithout, scoreByRules } from './fraud-rules.ts';
import type { PastPayment } from './fraud-standing.ts';
import type { VendorId, VendorPaymentId } from './ids.ts';
import type { VendorPayment } from './vendor-payment.ts';
import { type VendorPaymentRecord, vendorPaymentRecord } from './vendor-payment-record.ts';

/** A payment whose score under other rules is on the other side of `flagged`, or whose outcome is known. */
export type TriedPayment = Readonly<{
  paymentId: VendorPaymentId;
  vendorId: VendorId;
  amountCents: number;
  was: FraudStatus;
  would: FraudStatus;
}>;

/** How many payments there were of an outcome, and how many of them were, and would have been, flagged. */
export type TrialCount = Readonly<{ payments: number; wereFlagged: number; wouldBeFlagged: number }>;

/** `unknown` are payments without a review. */
export type TrialCounts = Readonly<Record<'fraud' | 'legitimate' | 'unknown', TrialCount>>;

const NONE: TrialCount = { payments: 0, wereFlagged: 0, wouldBeFlagged: 0 };
export const NOTHING_TRIED: TrialCounts = { fraud: NONE, legitimate: NONE, unknown: NONE };

type Standing = PastPayment & Readonly<{ id: VendorPaymentId; vendorId: VendorId }>;

/** One move of a payment of the past: how it stood from then on, and whether its terms were scored by it. */
export type PastMove = Readonly<{
  at: Instant;
  /** Sorts the moves that one process made within a millisecond as they were made. */
  key: string;
  stood: Standing;
  /** The one that made it. */
  isFirst: boolean;
  isScored: boolean;
  /** The payment as it stands today, with the last of its moves that was scored. */
  payment?: VendorPayment;
}>;

/** Every move of a payment up to its version, by its audit links; of one without any, that it was made as it stands. */
export function pastMoves(payment: VendorPayment, chain: readonly AuditLogEntry[]): readonly PastMove[] {
  const links = chain.slice(0, payment.version);
  const made = payment.id.replaceAll('-', '');
  if (links.length === 0)
    return [
      {
        at: payment.createdAt,
        key: made,
        stood: standingIn(vendorPaymentRecord(payment)),
        isFirst: true,
        isScored: true,
        payment,
      },
    ];
  const last = links.findLastIndex(isScoring);
  let record: JsonObject = {};
  return links.map((link, index): PastMove => {
    record = foldChain([{ after: record }, link]);
    return {
      at: link.timestamp,
      key: index === 0 ? made : link.id.slice(link.id.indexOf('_') + 1),
      stood: standingIn(record as unknown as VendorPaymentRecord),
      isFirst: index === 0,
      isScored: isScoring(link),
      ...(index === last ? { payment } : {}),
    };
  });
}

const isScoring = ({ action }: AuditLogEntry): boolean =>
  action === 'payment.created' || action === 'payment.changed';

const standingIn = (record: VendorPaymentRecord): Standing => ({
  id: record.paymentId,
  vendorId: record.vendorId,
  incidentId: record.incidentId,
  amount: money(BigInt(record.amountCents), storedCurrency(record.currency)),
  status: record.status,
  createdAt: fromRfc3339(record.createdAt),
  ...present({
    review: record.fraudReview && { ...record.fraudReview, at: fromRfc3339(record.fraudReview.at) },
  }),
});

/** In the order in which they were made. */
export const inOrderOfTime = (moves: readonly PastMove[]): readonly PastMove[] =>
  moves.toSorted((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1));

/**
 * Replays moves, which come in the order of time. Each that was scored is scored again, as the payments of the vendor stood
 * by then, and of a payment's verdicts the gravest stands, as when terms are changed. Gives what was tried with the last of a payment.
 * Keeps the newest payments of each vendor, as far as rules look, and a verdict on each payment whose terms change yet.
 */
export function replayOf(
  rules: FraudRules,
  thresholds: FraudThresholds,
): (move: PastMove) => TriedPayment | undefined {
  const pasts = new Map<VendorId, readonly Standing[]>();
  const verdicts = new Map<VendorPaymentId, FraudVerdict>();
  return ({ at, stood, isFirst, isScored, payment }) => {
    const { id, vendorId, incidentId, amount } = stood;
    const newest = pasts.get(vendorId) ?? [];
    pasts.set(
      vendorId,
      isFirst
        ? [stood, ...newest].slice(0, FARTHEST_PAYMENTS + 1)
        : newest.map((each) => (each.id === id ? stood : each)),
    );
    if (!isScored) return undefined;
    const asked = { vendorId, incidentId, amountCents: amount.minorUnits, at };
    const scored = judgeFraud(scoreByRules(asked, pastWithout(newest, id), rules), thresholds);
    const earlier = verdicts.get(id);
    const verdict = earlier === undefined ? scored : graver(earlier, scored);
    if (payment === undefined) {
      verdicts.set(id, verdict);
      return undefined;
    }
    verdicts.delete(id);
    return {
      paymentId: id,
      vendorId,
      amountCents: Number(amount.minorUnits),
      was: payment.fraud.status,
      would: verdict.status,
    };
  };
}

/** With one payment more among those of its outcome. */
export function counted(
  counts: TrialCounts,
  { review }: Pick<VendorPayment, 'review'>,
  { was, would }: TriedPayment,
): TrialCounts {
  const outcome = review?.outcome ?? 'unknown';
  const { payments, wereFlagged, wouldBeFlagged } = counts[outcome];
  return {
    ...counts,
    [outcome]: {
      payments: payments + 1,
      wereFlagged: wereFlagged + Number(was === 'flagged'),
      wouldBeFlagged: wouldBeFlagged + Number(would === 'flagged'),
    },
  };
}
