import { err as errOf, ok, type Result, type ResultAsync } from 'neverthrow';
import type { RowFault } from '../../application/integrity/integrity-finding.ts';
import type { Report } from '../../application/kernel/report-findings.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

import type { NotReady } from './storage-fitness.ts';
import type { Terminal } from './terminal.ts';
import {
  type CheckpointFormat,
  type CheckpointWriter,
  checkReadable,
  isCheckpointFault,
  readCheckpoint,
  writeCheckpoint,
} from './verify-checkpoint.ts';

export type VerifyOptions = Readonly<{
  json?: boolean;
  progress?: boolean;
  checkpoint?: string;
  sinceCheckpoint?: string;
  /** How many bad rows of each service to name; without it the first. */
  most?: number;
}>;

type Finding = Readonly<{ kind: 'BadRow' }>;

/** What is of one service alone when its rows are verified: its use cases, its checkpoint, and its words. */
export type Verifiable<Head, Counts, Verified extends Counts, Found extends Finding> = Readonly<{
  verify(
    onHeads: ((heads: readonly Head[]) => void) | undefined,
    report: Report<Found>,
  ): ResultAsync<Verified, Found | StorageUnavailable>;
  compareHeads(heads: readonly Head[], report: Report<Found>): ResultAsync<void, Found | StorageUnavailable>;
  faultOfCounts(then: Counts, now: Verified): Found | undefined;
  format: CheckpointFormat<Head, Counts>;
  /** What could not be compared, a line each. */
  notices(verified: Verified): readonly string[];
  verifiedText(verified: Verified): string;
  verifiedLine(verified: Verified): string;
  close(): Promise<void>;
}> &
  Namable<Found>;

type Namable<Found extends Finding> = Readonly<{
  /** After the last line of progress. */
  endProgress(): void;
  findingText(finding: Found): string;
  findingLine(finding: Found): string;
  /** How many there are; `isComplete` when everything was looked at and compared. */
  countLine(found: number, isComplete: boolean): string;
}>;

/** Checks everything stored against everything else, and names the rows that are not what they must be, up to the `most`. */
export async function verifyService<Head, Counts, Verified extends Counts, Found extends Finding>(
  service: Verifiable<Head, Counts, Verified, Found> | NotReady,
  { json = false, checkpoint, sinceCheckpoint, most }: VerifyOptions,
  { out, err, untilStopped }: Terminal,
): Promise<ExitCode> {
  if ('says' in service) {
    err(`paywright: ${service.says}\n`);
    if (service.configuration) return EXIT.configuration;
    return service.isUnsound ? EXIT.failed : EXIT.unavailable;
  }
  let writer: CheckpointWriter<Head, Counts> | undefined;
  try {
    if (sinceCheckpoint !== undefined) await checkReadable(sinceCheckpoint);
    writer = checkpoint === undefined ? undefined : writeCheckpoint(checkpoint, new Date(), service.format);
    const namer = findingNamer(service, { json, most: most ?? 1 }, { out, err });
    const verification = verifiedSince(service, sinceCheckpoint, {
      onHeads: writer?.add,
      report: namer.report,
    });
    const outcome = await Promise.race([verification, untilStopped.then(() => 'stopped' as const)]);
    service.endProgress();
    if (outcome === 'stopped') {
      // What is under way only reads, and ends with the process.
      verification.then(
        () => undefined,
        () => undefined,
      );
      err('paywright: stopped before everything was looked at\n');
      return EXIT.unavailable;
    }
    if (outcome.isErr()) {
      const failure = outcome.error;
      if (failure.kind === 'StorageUnavailable') {
        err('paywright: the storage does not answer\n');
        return EXIT.unavailable;
      }
      namer.end(failure);
    }
    const notices = outcome.isOk() ? service.notices(outcome.value) : [];
    for (const notice of notices) err(`paywright: ${notice}\n`);
    const found = namer.found();
    if (found > 0) {
      if (most === undefined) return EXIT.failed;
      const isComplete = outcome.isOk() && notices.length === 0;
      if (json) out(service.countLine(found, isComplete));
      err(`paywright: ${countText(found, isComplete)}\n`);
      return EXIT.failed;
    }
    if (outcome.isErr()) throw new Error('a walk ended with a row that was not named');
    writer?.end(outcome.value);
    writer = undefined;
    out(json ? service.verifiedLine(outcome.value) : service.verifiedText(outcome.value));
    return EXIT.ok;
  } catch (fault) {
    if (!isCheckpointFault(fault)) throw fault;
    service.endProgress();
    err(`paywright: ${fault.message}\n`);
    return EXIT.usage;
  } finally {
    writer?.discard();
    await service.close();
  }
}

/** Names each bad row as it is found, and ends the walk with the last that is wanted. */
function findingNamer<Found extends Finding>(
  {
    endProgress,
    findingText,
    findingLine,
  }: Pick<Namable<Found>, 'endProgress' | 'findingText' | 'findingLine'>,
  { json, most }: Readonly<{ json: boolean; most: number }>,
  { out, err }: Pick<Terminal, 'out' | 'err'>,
) {
  let found = 0;
  let last: Found | undefined;
  const name = (finding: Found) => {
    found += 1;
    last = finding;
    endProgress();
    if (json) out(findingLine(finding));
    err(`paywright: ${findingText(finding)}\n`);
  };
  return {
    found: () => found,
    report: (finding: Found): Result<void, Found> => {
      name(finding);
      return found < most ? ok(undefined) : errOf(finding);
    },
    /** What a walk ended with that told of it no more than that. */
    end(finding: Found): void {
      if (finding !== last) name(finding);
    },
  };
}

const countText = (found: number, isComplete: boolean): string =>
  `${isComplete ? '' : 'at least '}${found} bad ${found === 1 ? 'row' : 'rows'}`;

/** Verifies, then compares with the checkpoint in the file, which is read as it is compared. */
async function verifiedSince<Head, Counts, Verified extends Counts, Found extends Finding>(
  { verify, compareHeads, faultOfCounts, format }: Verifiable<Head, Counts, Verified, Found>,
  path: string | undefined,
  {
    onHeads,
    report,
  }: Readonly<{ onHeads: ((heads: readonly Head[]) => void) | undefined; report: Report<Found> }>,
): Promise<Result<Verified, Found | StorageUnavailable>> {
  const verified = await verify(onHeads, report);
  if (path === undefined || verified.isErr()) return verified;
  for await (const part of readCheckpoint(path, format)) {
    if ('heads' in part) {
      const compared = await compareHeads(part.heads, report);
      if (compared.isErr()) return errOf(compared.error);
    } else {
      const fault = faultOfCounts(part.counts, verified.value);
      const reported = fault === undefined ? ok(undefined) : report(fault);
      if (reported.isErr()) return errOf(reported.error);
    }
  }
  return verified;
}

type BadRow = Readonly<{ row: string; id: string; sequence?: number; fault: RowFault; detail?: string }>;

/** One bad row for people; `of` says whose it is. */
export function badRowText({ row, id, sequence, fault, detail }: BadRow, of: string): string {
  const what = `${row.replaceAll('_', ' ')}${id === '' ? '' : ` ${id}`}${of}`;
  const link = sequence === undefined ? '' : `: link ${sequence}`;
  return `bad row: ${what}${link} ${FAULTS[fault]}${detail === undefined ? '' : ` (${detail})`}`;
}

/** What a fault says of its row, for people. */
const FAULTS: Readonly<Record<RowFault, string>> = {
  missing: 'is missing',
  edited: 'was edited',
  unlinked: 'does not continue the one before it',
  cut: 'does not end the chain as its entity says',
  differs: 'is not what its audit chain says',
  orphaned: 'belongs to nothing that exists',
  absent: 'is not there, though other rows came of it or must have led to it',
  foreign: 'is stored under a tenant it does not belong to',
  sum: 'is not what the rows behind it add up to',
  unreadable: 'cannot be read',
  impossible: 'has a history that its actors cannot have made',
  rewritten: 'is not the one that the checkpoint names',
  shortened: 'was there at the checkpoint, and is gone',
};

/** One JSON line; what is undefined is left out. */
export const lineOf = (value: Readonly<Record<string, unknown>>): string => `${JSON.stringify(value)}\n`;

/** True at most once in so many milliseconds, the first time after as many. */
export function every(ms: number): () => boolean {
  let last = performance.now();
  return () => {
    const now = performance.now();
    if (now - last < ms) return false;
    last = now;
    return true;
  };
}
