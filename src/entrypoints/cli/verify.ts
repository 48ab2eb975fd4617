import type { IntegrityFinding, RowFault } from '../../application/integrity/integrity-finding.ts';
import type { Verified } from '../../application/integrity/verify.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { openPlatform } from './open-platform.ts';
import type { Terminal } from './terminal.ts';

export type VerifyOptions = Readonly<{ json?: boolean }>;

/** Checks everything stored against everything else, and names the first row that is not what it must be. */
export async function verifyCommand(
  config: Config,
  { json = false }: VerifyOptions,
  { out, err, untilStopped }: Terminal,
): Promise<ExitCode> {
  const opened = await openPlatform(config);
  if ('says' in opened) {
    err(`paywright: ${opened.says}\n`);
    return opened.configuration ? EXIT.configuration : EXIT.unavailable;
  }
  const progress = json ? jsonProgress(out) : textProgress(err, process.stderr.isTTY === true);
  try {
    const verification = opened.platform.get(TOKENS.useCases).verify(progress.show);
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
    return outcome.match(
      (verified) => {
        for (const what of verified.unsettled)
          err(`paywright: the ${what} changed all the while and could not be compared\n`);
        out(json ? lineOf({ event: 'verified', ...countsOf(verified) }) : textOf(verified));
        return EXIT.ok;
      },
      (failure) => {
        if (failure.kind === 'StorageUnavailable') {
          err('paywright: the storage does not answer\n');
          return EXIT.unavailable;
        }
        if (json) out(findingLine(failure));
        err(`paywright: ${findingText(failure)}\n`);
        return EXIT.failed;
      },
    );
  } finally {
    await opened.close();
  }
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
const LINE_EVERY_MS = 5_000;
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

/** One line that is written over on a terminal, and a line now and then in a file. */
function textProgress(err: Terminal['err'], isSeen: boolean): Progress {
  const isTime = every(isSeen ? FRAME_EVERY_MS : LINE_EVERY_MS);
  let isOpen = false;
  return {
    show(merchantId, { rows, payments, links, ledgerEntries }) {
      if (!isTime()) return;
      const text =
        merchantId === undefined
          ? `${rows} rows so far`
          : `${merchantId}: ${payments} payments, ${links} audit entries, ${ledgerEntries} ledger entries so far`;
      err(isSeen ? `\r\u001b[K${text}` : `${text}\n`);
      isOpen = isSeen;
    },
    end() {
      if (isOpen) err('\n');
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
