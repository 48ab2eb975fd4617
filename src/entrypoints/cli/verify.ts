import { err as errOf, type Result } from 'neverthrow';
import { faultOfCounts } from '../../application/integrity/checkpoint.ts';
import type { IntegrityFinding, RowFault } from '../../application/integrity/integrity-finding.ts';
import type { Verified } from '../../application/integrity/verify.ts';
import type { UseCases } from '../../application/use-cases.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { openPlatform } from './open-platform.ts';
import type { Terminal } from './terminal.ts';
import {
  type CheckpointWriter,
  checkReadable,
  isCheckpointFault,
  PLATFORM_CHECKPOINT,
  readCheckpoint,
  writeCheckpoint,
} from './verify-checkpoint.ts';

export type VerifyOptions = Readonly<{
  json?: boolean;
  progress?: boolean;
  checkpoint?: string;
  sinceCheckpoint?: string;
}>;

/** Checks everything stored against everything else, and names the first row that is not what it must be. */
export async function verifyCommand(
  config: Config,
  options: VerifyOptions,
  { out, err, untilStopped }: Terminal,
): Promise<ExitCode> {
  const { json = false } = options;
  const opened = await openPlatform(config);
  if ('says' in opened) {
    err(`paywright: ${opened.says}\n`);
    return opened.configuration ? EXIT.configuration : EXIT.unavailable;
  }
  const isSeen = process.stderr.isTTY === true;
  const progress = json ? jsonProgress(out) : textProgress(err, isSeen, options.progress === true);
  const useCases = opened.platform.get(TOKENS.useCases);
  let writer: CheckpointWriter | undefined;
  try {
    if (options.sinceCheckpoint !== undefined) await checkReadable(options.sinceCheckpoint);
    writer =
      options.checkpoint === undefined
        ? undefined
        : writeCheckpoint(options.checkpoint, new Date(), PLATFORM_CHECKPOINT);
    const verification = verifiedSince(useCases, options.sinceCheckpoint, progress.show, writer?.add);
    const outcome = await Promise.race([verification, untilStopped.then(() => 'stopped' as const)]);
    progress.end();
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
      const verified = outcome.value;
      for (const what of verified.unsettled)
        err(`paywright: the ${what} changed all the while and could not be compared\n`);
      writer?.end(verified);
      writer = undefined;
      out(json ? lineOf({ event: 'verified', ...countsOf(verified) }) : textOf(verified));
      return EXIT.ok;
    }
    const failure = outcome.error;
    if (failure.kind === 'StorageUnavailable') {
      err('paywright: the storage does not answer\n');
      return EXIT.unavailable;
    }
    if (json) out(findingLine(failure));
    err(`paywright: ${findingText(failure)}\n`);
    return EXIT.failed;
  } catch (fault) {
    if (!isCheckpointFault(fault)) throw fault;
    progress.end();
    err(`paywright: ${fault.message}\n`);
    return EXIT.usage;
  } finally {
    writer?.discard();
    await opened.close();
  }
}

/** Verifies, then compares with the checkpoint in the file, which is read as it is compared. */
async function verifiedSince(
  { verify, compareHeads }: Pick<UseCases, 'verify' | 'compareHeads'>,
  path: string | undefined,
  show: Progress['show'],
  add: CheckpointWriter['add'] | undefined,
): Promise<Result<Verified, IntegrityFinding | StorageUnavailable>> {
  const verified = await verify(show, add);
  if (path === undefined || verified.isErr()) return verified;
  for await (const part of readCheckpoint(path, PLATFORM_CHECKPOINT)) {
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

/** What a fault says of its row, for people. */
export const FAULTS: Readonly<Record<RowFault, string>> = {
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
  rewritten: 'is not the one that the checkpoint names',
  shortened: 'was there at the checkpoint, and is gone',
};

function findingText({ merchantId, row, id, sequence, fault, detail }: IntegrityFinding): string {
  const where = merchantId === undefined ? '' : ` of ${merchantId}`;
  const what = `${row.replaceAll('_', ' ')}${id === '' ? '' : ` ${id}`}${where}`;
  const link = sequence === undefined ? '' : `: link ${sequence}`;
  return `bad row: ${what}${link} ${FAULTS[fault]}${detail === undefined ? '' : ` (${detail})`}`;
}

const findingLine = ({ merchantId, row, id, sequence, fault, detail }: IntegrityFinding): string =>
  lineOf({ event: 'bad_row', merchant_id: merchantId, row, id, sequence, fault, detail });

const countsOf = ({ ledgerEntries, ...counts }: Verified) => ({ ...counts, ledger_entries: ledgerEntries });

const textOf = ({ merchants, aggregates, payments, transactions, links, ledgerEntries }: Verified): string =>
  `nothing is wrong: ${merchants} merchants, ${payments} payments, ${transactions} transactions, ` +
  `${aggregates} other entities, ${links} audit entries, ${ledgerEntries} ledger entries\n`;

/** One JSON line; what is undefined is left out. */
export const lineOf = (value: Readonly<Record<string, unknown>>): string => `${JSON.stringify(value)}\n`;

type Progress = Readonly<{ show(merchantId: MerchantId | undefined, verified: Verified): void; end(): void }>;

const JSON_EVERY_MS = 1_000;
const LINE_EVERY_MS = 1_000;
const FRAME_EVERY_MS = 100;

function jsonProgress(out: Terminal['out']): Progress {
  const isTime = every(JSON_EVERY_MS);
  return {
    show(merchantId, verified) {
      if (isTime()) out(lineOf({ event: 'progress', merchant_id: merchantId, ...countsOf(verified) }));
    },
    end: () => undefined,
  };
}

/** One line that is written over on a screen; into a file a line now and then, where that is asked for. */
function textProgress(err: Terminal['err'], isSeen: boolean, isWanted: boolean): Progress {
  const isTime = every(isSeen ? FRAME_EVERY_MS : LINE_EVERY_MS);
  let isOpen = false;
  return {
    show(merchantId, { rows, payments, links, ledgerEntries }) {
      if (!(isSeen || isWanted) || !isTime()) return;
      const text =
        merchantId === undefined
          ? `${rows} rows so far`
          : `${merchantId}: ${payments} payments, ${links} audit entries, ${ledgerEntries} ledger entries so far`;
      err(isSeen ? `\r\u001b[K${text}` : `${text}\n`);
      isOpen = isSeen;
    },
    end() {
      if (isOpen) err('\n');
      isOpen = false;
    },
  };
}

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
