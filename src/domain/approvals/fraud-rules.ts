import type { Instant } from '../kernel/instant.ts';
import type { FraudAssessment, FraudReason, Thousandths } from './fraud.ts';
import { type PastPayment, standingOf, type VendorLists } from './fraud-standing.ts';
import type { IncidentId, VendorId, VendorPaymentId } from './ids.ts';
import { isJudgedFraud } from './vendor-payment.ts';
import type { PricedOrder } from './vendor-payment-order.ts';

const HOUR = 3_600_000;

/** What each pattern adds to a score, and when it is met. All amounts are cents of USD, as every vendor payment is. */
export type FraudRules = VendorLists &
  Readonly<{
    /** By which a verdict says what it was scored with. */
    version: string;
    /** More than so many times what the vendor was paid on average, once there are `least` payments that were paid to compare with. */
    aboveHistory: readonly Readonly<{ times: bigint; points: Thousandths }>[];
    leastHistory: number;
    /** So many payments for the vendor within the window, this one among them. */
    velocity: Readonly<{ windowMs: number; most: number; points: Thousandths }>;
    /** The same amount for the vendor within the window, for another incident. */
    duplicate: Readonly<{ windowMs: number; points: Thousandths }>;
    newPayee: Readonly<{ points: Thousandths }>;
    /** Whole multiples of `of`. */
    roundAmount: Readonly<{ of: bigint; points: Thousandths }>;
    /** At or under one of the bounds by no more than so many hundredths of it. */
    underBound: Readonly<{ bounds: readonly bigint[]; percent: bigint; points: Thousandths }>;
  }>;

/** `bounds` are the amounts up to which fewer people are asked. */
export const defaultFraudRules = (bounds: readonly bigint[]): FraudRules => ({
  version: 'default',
  block: [],
  allow: [],
  outcomes: { blockAfter: 1, allowAfter: 5 },
  aboveHistory: [
    { times: 10n, points: 500 },
    { times: 3n, points: 300 },
  ],
  leastHistory: 3,
  velocity: { windowMs: 24 * HOUR, most: 5, points: 250 },
  duplicate: { windowMs: 7 * 24 * HOUR, points: 300 },
  newPayee: { points: 150 },
  roundAmount: { of: 100_000n, points: 100 },
  underBound: { bounds, percent: 5n, points: 250 },
});

/** As far back as the rules look, in payments of one vendor. */
export const NEWEST_PAYMENTS = 100;
/** As far back as they look for payments that were paid, where the newest hold fewer than an average is of. */
export const FARTHEST_PAYMENTS = 1_000;

/** Of a vendor's newest payments those that one of them, or a new one, is scored by: at most `FARTHEST_PAYMENTS`, without itself. */
export const pastWithout = <Past extends Readonly<{ id: VendorPaymentId }>>(
  newest: readonly Past[],
  scored: VendorPaymentId | undefined,
): readonly Past[] => newest.filter(({ id }) => id !== scored).slice(0, FARTHEST_PAYMENTS);

/**
 * What averages are of: the paid ones among the newest, or else the newest that were paid, as many as `leastHistory`; so that payments which
 * are only asked for crowd out no history.
 */
export function paidAmong(
  past: readonly PastPayment[],
  { leastHistory }: Pick<FraudRules, 'leastHistory'>,
): readonly PastPayment[] {
  const newest = past.slice(0, NEWEST_PAYMENTS).filter(isPaid);
  return newest.length >= leastHistory ? newest : past.filter(isPaid).slice(0, leastHistory);
}

// What was asked for only is what an attacker says: it teaches nothing.
const isPaid = (payment: PastPayment): boolean => payment.status === 'completed' && !isJudgedFraud(payment);

/** Of a payment that is to be scored, what the rules go by. */
export type Scored = Readonly<{
  vendorId: VendorId;
  amountCents: bigint;
  incidentId: IncidentId;
  at: Instant;
}>;
type History = Readonly<{ newest: readonly PastPayment[]; paid: readonly PastPayment[] }>;
type Rule = (asked: Scored, history: History, rules: FraudRules) => FraudReason | undefined;

export const scoredOrder = ({ vendorId, amount, incidentId }: PricedOrder, at: Instant): Scored => ({
  vendorId,
  amountCents: amount.minorUnits,
  incidentId,
  at,
});

/**
 * Adds up what the rules have to say; each reason is one of them. `past` are the vendor's newest payments, newest first: `NEWEST_PAYMENTS`,
 * and those before them that `paidAmong` asks for. A vendor that is blocked scores all there is; of one that is allowed only amounts count.
 */
export function scoreByRules(
  asked: Scored,
  past: readonly PastPayment[],
  rules: FraudRules,
): FraudAssessment {
  const newest = past.slice(0, NEWEST_PAYMENTS);
  const standing = standingOf(asked.vendorId, newest, rules);
  const listed = standing?.list === 'block' ? [reason('vendor_blocked', 1000, standing.why)] : [];
  const applied = standing?.list === 'allow' ? OF_AMOUNTS : RULES;
  const history = { newest, paid: paidAmong(past, rules) };
  const reasons = [...listed, ...applied.flatMap((rule) => rule(asked, history, rules) ?? [])];
  return {
    score: Math.min(
      1000,
      reasons.reduce((sum, { points }) => sum + points, 0),
    ),
    reasons,
    rules: rules.version,
  };
}

const aboveHistory: Rule = ({ amountCents }, { paid }, { aboveHistory: steps, leastHistory }) => {
  if (paid.length < leastHistory) return undefined;
  const sum = paid.reduce((total, { amount }) => total + amount.minorUnits, 0n);
  const met = steps
    .toSorted((a, b) => Number(b.times - a.times))
    .find(({ times }) => amountCents * BigInt(paid.length) > times * sum);
  return (
    met && reason('amount_above_history', met.points, `more than ${met.times} times the vendor’s average`)
  );
};

const velocity: Rule = ({ at }, { newest }, { velocity: { windowMs, most, points } }) => {
  const count = newest.filter(({ createdAt }) => createdAt > at - windowMs).length + 1;
  return count > most
    ? reason('velocity', points, `${count} payments for the vendor within ${windowMs / HOUR} h`)
    : undefined;
};

const duplicate: Rule = ({ amountCents, incidentId, at }, { newest }, { duplicate: { windowMs, points } }) =>
  newest.some(
    (payment) =>
      payment.amount.minorUnits === amountCents &&
      payment.incidentId !== incidentId &&
      payment.createdAt > at - windowMs,
  )
    ? reason('duplicate_amount', points, 'the same amount for the vendor not long ago')
    : undefined;

const newPayee: Rule = (_asked, { newest }, { newPayee: { points } }) =>
  newest.length === 0 ? reason('new_payee', points, 'the vendor’s first payment') : undefined;

const roundAmount: Rule = ({ amountCents }, _history, { roundAmount: { of, points } }) =>
  amountCents % of === 0n ? reason('round_amount', points, `a whole multiple of ${of} cents`) : undefined;

const underBound: Rule = ({ amountCents }, _history, { underBound: { bounds, percent, points } }) => {
  const bound = bounds.find((each) => amountCents <= each && (each - amountCents) * 100n <= each * percent);
  return bound === undefined
    ? undefined
    : reason('just_under_bound', points, `just under ${bound} cents, above which more people are asked`);
};

const RULES: readonly Rule[] = [aboveHistory, velocity, duplicate, newPayee, roundAmount, underBound];
const OF_AMOUNTS: readonly Rule[] = [aboveHistory, underBound];

const reason = (code: string, points: Thousandths, detail: string): FraudReason => ({ code, points, detail });
