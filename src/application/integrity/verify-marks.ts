import type { ResultAsync } from 'neverthrow';
import type { Sha256 } from '../../domain/kernel/audit-chain.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { checkEach, type Report } from '../kernel/report-findings.ts';
import type { IntegrityFinding } from './integrity-finding.ts';

/** A row as text, and when it was written. */
export type Dated = Readonly<{ text: string; at: Instant }>;

/**
 * Stands for any number of rows in constant memory: the same rows in any order have the same mark. Edits and
 * losses change it, rows that were made to have the same sum do not. `old` is of those that were written long enough ago to be complete.
 */
export type Marks = Readonly<{ all: bigint; old: bigint }>;

export const NO_MARKS: Marks = { all: 0n, old: 0n };

/** Longer than a commit may be under way, so that no row appears that is older than this. */
export const STABLE_MS = 60_000;

/** `cut` is the time up to which rows are old. */
export function mark(marks: Marks, rows: readonly Dated[], cut: Instant, sha256: Sha256): Marks {
  let { all, old } = marks;
  for (const { text, at } of rows) {
    const digest = BigInt(`0x${sha256(text)}`);
    all = BigInt.asUintN(256, all + digest);
    if (at <= cut) old = BigInt.asUintN(256, old + digest);
  }
  return { all, old };
}

/**
 * How far back, from the newest row on, rows have to be looked at one by one, when there should be those that `expected`
 * stands for and there are those of `found`: not at all, back to `cut` because others wrote meanwhile, or all of them.
 */
export const backTo = (expected: Marks, found: Marks, cut: Instant): Instant | 'nothing' => {
  if (found.all === expected.all) return 'nothing';
  return found.old === expected.old ? cut : Number.NEGATIVE_INFINITY;
};

/** Reads that storages coalesce cost less the more there are at once. */
export const WIDTH = 64;

/** Checks many rows side by side; of several bad ones, the first in order is reported first. Gives what was seen of the others. */
export const checkAll = <Row, Seen>(
  rows: readonly Row[],
  report: Report<IntegrityFinding>,
  check: (row: Row) => ResultAsync<Seen, IntegrityFinding | StorageUnavailable>,
): ResultAsync<readonly Seen[], IntegrityFinding | StorageUnavailable> =>
  checkEach(rows, { width: WIDTH, report }, check).map((seen) => seen.filter((each) => each !== undefined));
