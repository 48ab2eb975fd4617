import type { Counts, KnownHeads } from '../../application/integrity/checkpoint.ts';
import { faultOfCounts } from '../../application/integrity/checkpoint.ts';
import type { IntegrityFinding } from '../../application/integrity/integrity-finding.ts';
import type { Verified } from '../../application/integrity/verify.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Config } from './config.ts';
import { openPlatform } from './open-platform.ts';
import type { NotReady } from './storage-fitness.ts';
import type { Terminal } from './terminal.ts';
import { PLATFORM_CHECKPOINT } from './verify-checkpoint.ts';
import { badRowText, every, lineOf, type Verifiable, type VerifyOptions } from './verify-service.ts';

/** The platform, opened to be verified. */
export async function verifiablePlatform(
  config: Config,
  { json = false, progress: isWanted = false }: VerifyOptions,
  { out, err }: Terminal,
): Promise<Verifiable<KnownHeads, Counts, Verified, IntegrityFinding> | NotReady> {
  const opened = await openPlatform(config);
  if ('says' in opened) return opened;
  const { verify, compareHeads } = opened.platform.get(TOKENS.useCases);
  const progress = json ? jsonProgress(out) : textProgress(err, process.stderr.isTTY === true, isWanted);
  return {
    verify: (onHeads, report) => verify(progress.show, onHeads, report),
    compareHeads,
    faultOfCounts,
    format: PLATFORM_CHECKPOINT,
    endProgress: progress.end,
    notices: ({ unsettled, unread }) => [
      ...unsettled.map((what) => `the ${what} changed all the while and could not be compared`),
      ...unread.map((id) => `what ${id} has behind a row that cannot be read was not looked at`),
    ],
    verifiedText,
    verifiedLine: (verified) => lineOf({ event: 'verified', ...countsOf(verified) }),
    findingText: (finding) =>
      badRowText(finding, finding.merchantId === undefined ? '' : ` of ${finding.merchantId}`),
    findingLine,
    countLine: (count, complete) => lineOf({ event: 'bad_rows', count, complete }),
    close: opened.close,
  };
}

const findingLine = ({ merchantId, row, id, sequence, fault, detail }: IntegrityFinding): string =>
  lineOf({ event: 'bad_row', merchant_id: merchantId, row, id, sequence, fault, detail });

function countsOf(verified: Verified) {
  const { ledgerEntries, unread: _, ...counts } = verified;
  return { ...counts, ledger_entries: ledgerEntries };
}

const verifiedText = ({
  merchants,
  aggregates,
  payments,
  transactions,
  links,
  ledgerEntries,
}: Verified): string =>
  `nothing is wrong: ${merchants} merchants, ${payments} payments, ${transactions} transactions, ` +
  `${aggregates} other entities, ${links} audit entries, ${ledgerEntries} ledger entries\n`;

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
