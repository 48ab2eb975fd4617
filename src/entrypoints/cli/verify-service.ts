import { err as errOf, type Result, type ResultAsync } from 'neverthrow';
import type { RowFault } from '../../application/integrity/integrity-finding.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import type { NotReady } from './open-platform.ts';
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
}>;

type Finding = Readonly<{ kind: 'BadRow' }>;

/** What is of one service alone when its rows are verified: its use cases, its checkpoint, and its words. */
export type Verifiable<Head, Counts, Verified extends Counts, Found extends Finding> = Readonly<{
  verify(
    onHeads: ((heads: readonly Head[]) => void) | undefined,
  ): ResultAsync<Verified, Found | StorageUnavailable>;
  compareHeads(heads: readonly Head[]): ResultAsync<void, Found | StorageUnavailable>;
  faultOfCounts(then: Counts, now: Verified): Found | undefined;
  format: CheckpointFormat<Head, Counts>;
  /** After the last line of progress. */
  endProgress(): void;
  /** What could not be compared, a line each. */
  notices(verified: Verified): readonly string[];
  verifiedText(verified: Verified): string;
  verifiedLine(verified: Verified): string;
  findingText(finding: Found): string;
  findingLine(finding: Found): string;
  close(): Promise<void>;
}>;

/** Checks everything stored against everything else, and names the first row that is not what it must be. */
export async function verifyService<Head, Counts, Verified extends Counts, Found extends Finding>(
  service: Verifiable<Head, Counts, Verified, Found> | NotReady,
  { json = false, checkpoint, sinceCheckpoint }: VerifyOptions,
  { out, err, untilStopped }: Terminal,
): Promise<ExitCode> {
  if ('says' in service) {
    err(`paywright: ${service.says}\n`);
    return service.configuration ? EXIT.configuration : EXIT.unavailable;
  }
  let writer: CheckpointWriter<Head, Counts> | undefined;
  try {
    if (sinceCheckpoint !== undefined) await checkReadable(sinceCheckpoint);
    writer = checkpoint === undefined ? undefined : writeCheckpoint(checkpoint, new Date(), service.format);
    const verification = verifiedSince(service, sinceCheckpoint, writer?.add);
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
    if (outcome.isOk()) {
      for (const notice of service.notices(outcome.value)) err(`paywright: ${notice}\n`);
      writer?.end(outcome.value);
      writer = undefined;
      out(json ? service.verifiedLine(outcome.value) : service.verifiedText(outcome.value));
      return EXIT.ok;
    }
    const failure = outcome.error;
    if (failure.kind === 'StorageUnavailable') {
      err('paywright: the storage does not answer\n');
      return EXIT.unavailable;
    }
    if (json) out(service.findingLine(failure));
    err(`paywright: ${service.findingText(failure)}\n`);
    return EXIT.failed;
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

/** Verifies, then compares with the checkpoint in the file, which is read as it is compared. */
async function verifiedSince<Head, Counts, Verified extends Counts, Found extends Finding>(
  { verify, compareHeads, faultOfCounts, format }: Verifiable<Head, Counts, Verified, Found>,
  path: string | undefined,
  onHeads: ((heads: readonly Head[]) => void) | undefined,
): Promise<Result<Verified, Found | StorageUnavailable>> {
  const verified = await verify(onHeads);
  if (path === undefined || verified.isErr()) return verified;
  for await (const part of readCheckpoint(path, format)) {
    if ('heads' in part) {
      const compared = await compareHeads(part.heads);
      if (compared.isErr()) return errOf(compared.error);
    } else {
      const fault = faultOfCounts(part.counts, verified.value);
      if (fault !== undefined) return errOf(fault);
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
