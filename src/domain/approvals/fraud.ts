import { present } from '../kernel/present.ts';

/** Whole thousandths, 0–1000, so that a score is compared exactly: 0.695 is 695 and never 0.7. */
export type Thousandths = number;

export const FRAUD_STATUSES = ['low_risk', 'medium_risk', 'high_risk', 'flagged'] as const;
export type FraudStatus = (typeof FRAUD_STATUSES)[number];

/** Why a score is what it is; `points` are the thousandths it adds. */
export type FraudReason = Readonly<{ code: string; points: Thousandths; detail: string }>;

/** What a scorer says; `rules` names the version of what it went by, where it goes by rules. */
export type FraudAssessment = Readonly<{
  score: Thousandths;
  reasons: readonly FraudReason[];
  rules?: string;
}>;

/** What stands of a payment's score. Without one it counts as flagged, and goes to people. */
export type FraudVerdict = Readonly<{
  status: FraudStatus;
  score?: Thousandths;
  reasons: readonly FraudReason[];
  rules?: string;
}>;

/** The lowest score of each status, itself included; below `medium` risk is low. */
export type FraudThresholds = Readonly<{ flagged: Thousandths; high: Thousandths; medium: Thousandths }>;

export const DEFAULT_THRESHOLDS: FraudThresholds = { flagged: 700, high: 500, medium: 300 };

export const areThresholds = ({ flagged, high, medium }: FraudThresholds): boolean =>
  [flagged, high, medium].every(Number.isSafeInteger) &&
  0 < medium &&
  medium < high &&
  high < flagged &&
  flagged <= 1000;

/** The scorer gave no answer in time: never a pass. */
export const MANUAL_REVIEW: FraudVerdict = {
  status: 'flagged',
  reasons: [{ code: 'scorer_unavailable', points: 0, detail: 'No score in time: a person must look.' }],
};

/** A scorer that says something other than a score has said nothing. */
export const judgeFraud = (
  { score, reasons, rules }: FraudAssessment,
  thresholds: FraudThresholds,
): FraudVerdict =>
  Number.isSafeInteger(score) && 0 <= score && score <= 1000
    ? { status: statusOf(score, thresholds), score, reasons, ...present({ rules }) }
    : MANUAL_REVIEW;

/**
 * The graver of two verdicts on a payment: by status, and of one status by score, any before none. `later`, which is of the newer terms,
 * where neither is.
 */
export function graver(earlier: FraudVerdict, later: FraudVerdict): FraudVerdict {
  const grade = gradeOf(later.status) - gradeOf(earlier.status);
  return grade > 0 || (grade === 0 && (later.score ?? -1) >= (earlier.score ?? -1)) ? later : earlier;
}

/** Ascends with the risk. */
export const gradeOf = (status: FraudStatus): number => FRAUD_STATUSES.indexOf(status);

function statusOf(score: Thousandths, { flagged, high, medium }: FraudThresholds): FraudStatus {
  if (score >= flagged) return 'flagged';
  if (score >= high) return 'high_risk';
  return score >= medium ? 'medium_risk' : 'low_risk';
}

/**
 * A score of 0–1 cut to thousandths, by its decimal digits and not by multiplying, so that neither 0.57 loses one nor
 * 0.6999 gains one. Undefined for what is no such score.
 */
export function thousandthsOf(score: number): Thousandths | undefined {
  if (!(score >= 0 && score <= 1)) return undefined;
  const text = String(score);
  if (text.includes('e')) return 0;
  const [units = '0', decimals = ''] = text.split('.');
  return Number(units) * 1000 + Number(decimals.slice(0, 3).padEnd(3, '0'));
}

/** A score as it is sent and stored: 0.695. */
export const fractionOf = (score: Thousandths): number => score / 1000;
