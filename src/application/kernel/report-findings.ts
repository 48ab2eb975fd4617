import { err, ok, Result, ResultAsync } from 'neverthrow';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { inParallel } from './in-parallel.ts';

/** A row that is not what the rest of the store says it must be. */
type Finding = Readonly<{ kind: 'BadRow' }>;

/** Told of each bad row that is found: Ok, and the walk goes on behind it, or Err, and the walk ends with it. */
export type Report<Found extends Finding> = (finding: Found) => Result<void, Found>;

export const endAtFirst = <Found extends Finding>(finding: Found): Result<void, Found> => err(finding);

/** For a second walk over what was reported by the first. */
export const ignored = (): Result<void, never> => ok(undefined);

/** Reports many findings, up to the one with which the walk ends. */
export const reportAll = <Found extends Finding>(
  findings: readonly Found[],
  report: Report<Found>,
): Result<void, Found> => {
  for (const finding of findings) {
    const reported = report(finding);
    if (reported.isErr()) return reported;
  }
  return ok(undefined);
};

/** What a check gives, or `instead` of it when it found a bad row behind which the walk goes on. */
export const reported = <Seen, Found extends Finding>(
  checked: ResultAsync<Seen, Found | StorageUnavailable>,
  report: Report<Found>,
  instead: Seen,
): ResultAsync<Seen, Found | StorageUnavailable> =>
  checked.orElse((failure) =>
    failure.kind === 'BadRow' ? report(failure).map(() => instead) : err(failure),
  );

/**
 * Checks many rows, `width` of them side by side; of several bad ones, the first in order is reported first. Gives what was seen
 * of each: undefined of one that is bad, behind which the walk goes on.
 */
export const checkEach = <Row, Seen, Found extends Finding>(
  rows: readonly Row[],
  { width, report }: Readonly<{ width: number; report: Report<Found> }>,
  check: (row: Row) => ResultAsync<Seen, Found | StorageUnavailable>,
): ResultAsync<readonly (Seen | undefined)[], Found | StorageUnavailable> =>
  inParallel(rows, width, (row) => ResultAsync.fromSafePromise(Promise.resolve(check(row)))).andThen(
    (results) => {
      const seen: (Seen | undefined)[] = [];
      for (const result of results) {
        if (result.isErr()) {
          if (result.error.kind !== 'BadRow') return err(result.error);
          const goesOn = report(result.error);
          if (goesOn.isErr()) return err(goesOn.error);
        }
        seen.push(result.isOk() ? result.value : undefined);
      }
      return ok(seen);
    },
  );

/**
 * A row that an adapter cannot make sense of throws there; here it is what was looked for. Gives `instead` when that was reported and
 * the walk goes on.
 */
export const readable = <Seen, Found extends Finding>(
  walk: ResultAsync<Seen, Found | StorageUnavailable>,
  unreadable: (detail: string) => Found,
  { report, instead }: Readonly<{ report: Report<Found>; instead: Seen }>,
): ResultAsync<Seen, Found | StorageUnavailable> =>
  new ResultAsync<Seen, Found | StorageUnavailable>(
    Promise.resolve(walk).catch((fault: unknown) =>
      report(unreadable(fault instanceof Error ? fault.message : String(fault))).map(() => instead),
    ),
  );
