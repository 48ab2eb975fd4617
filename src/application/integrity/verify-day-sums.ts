import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { Day } from '../../domain/kernel/day.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { endAtFirst, type Report, reportAll } from '../kernel/report-findings.ts';
import type { IntegrityFinding, RowType } from './integrity-finding.ts';

/** Sums that commits keep by day, how what they are of is counted anew, and what a sum is found by and holds. */
export type DaySums<Sum> = Readonly<{
  row: RowType;
  stored(range: Readonly<{ from?: Day; to?: Day }>): ResultAsync<readonly Sum[], StorageUnavailable>;
  count(day: Day): ResultAsync<ReadonlyMap<string, Sum>, StorageUnavailable>;
  /** Begins with the day. */
  keyOf(sum: Sum): string;
  figuresOf(sum: Sum): readonly (number | bigint)[];
}>;

const MOST_TRIES = 5;

/**
 * Checks that a merchant's sums are what was counted. `counted` was taken while what it is of may have moved, so a day that differs is
 * counted anew, between two readings of its sums that agree. Gives false when some day never stood still for long enough.
 */
export const verifyDaySums = <Sum>(
  sums: DaySums<Sum>,
  merchantId: MerchantId,
  counted: ReadonlyMap<string, Sum>,
  report: Report<IntegrityFinding> = endAtFirst,
): ResultAsync<boolean, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    const stored = yield* sums.stored({});
    const days = new Set(differing(sums, stored, counted).map((key) => key.slice(0, 'YYYY-MM-DD'.length)));
    let isSettled = true;
    for (const day of [...days].sort())
      isSettled = (yield* verifyDay(sums, merchantId, day, report)) && isSettled;
    return ok(isSettled);
  });

const verifyDay = <Sum>(
  sums: DaySums<Sum>,
  merchantId: MerchantId,
  day: Day,
  report: Report<IntegrityFinding>,
): ResultAsync<boolean, IntegrityFinding | StorageUnavailable> =>
  safeTry(async function* () {
    const range = { from: day, to: day };
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const before = yield* sums.stored(range);
      const counted = yield* sums.count(day);
      const after = yield* sums.stored(range);
      if (differing(sums, before, byKey(sums, after)).length > 0) continue;
      const faults = differing(sums, before, counted).map(
        (id): IntegrityFinding => ({ kind: 'BadRow', merchantId, row: sums.row, id, fault: 'sum' }),
      );
      return reportAll(faults, report).map(() => true);
    }
    return ok(false);
  });

/** The keys under which two sums differ, in order; a sum of nothing is no sum. */
function differing<Sum>(
  sums: DaySums<Sum>,
  stored: readonly Sum[],
  counted: ReadonlyMap<string, Sum>,
): readonly string[] {
  const kept = byKey(sums, stored);
  const keys = new Set([...kept.keys(), ...counted.keys()]);
  const textOf = (sum: Sum | undefined): string => {
    const figures = sum === undefined ? [] : sums.figuresOf(sum).map(String);
    return figures.every((figure) => figure === '0') ? '' : figures.join(' ');
  };
  return [...keys].filter((key) => textOf(kept.get(key)) !== textOf(counted.get(key))).sort();
}

const byKey = <Sum>({ keyOf }: DaySums<Sum>, stored: readonly Sum[]): ReadonlyMap<string, Sum> =>
  new Map(stored.map((sum) => [keyOf(sum), sum]));
