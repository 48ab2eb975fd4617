import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ok } from 'neverthrow';
import type { ShownReconciliation } from '../../application/files/show-reconciliation.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { FileSource } from '../../domain/files/file-sources.ts';
import { rowsOf } from '../../domain/files/file-totals.ts';
import { OUTCOMES } from '../../domain/files/match-row.ts';
import type { Reconciliation } from '../../domain/files/reconciliation.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import { parseMerchantId } from '../../domain/kernel/ids.ts';
import { jsonText } from '../../domain/kernel/json.ts';
import { findsPan } from '../../domain/kernel/pan.ts';
import { present } from '../../domain/kernel/present.ts';
import { shownReconciliation } from '../files/shown-reconciliation.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { mappingOf } from './mapping-file.ts';
import { notOpened, openPlatform } from './open-platform.ts';
import type { Terminal } from './terminal.ts';

export type ReconcileOptions = Readonly<{
  merchant: string;
  source: FileSource;
  mapping?: string;
  json?: boolean;
}>;

/** The command runs without a token, so the trail names the command. */
const ORIGIN: Origin = { actor: { id: 'paywright reconcile', type: 'system' }, requestId: 'reconcile' };

/** What S3 takes in 10 000 parts of 8 MiB. */
const MOST_BYTES = 10_000 * 8 * 1_024 * 1_024;
const POLL_MS = 200;
/** A turn of a job is longer than a person waits for the next figure. */
const SHOWN_EVERY_MS = 500;
/** How long the report is waited for that follows the end; of a file that had ended before, not at all. */
const REPORT_MS = 30_000;

/**
 * Stores a file, reads it to its end in this process beside the workers that run, and prints what became of it. Stopped by a
 * signal, it leaves the rest to a worker or to the next run with the same file.
 */
export async function reconcileCommand(
  config: Config,
  path: string,
  { merchant, source, mapping, json = false }: ReconcileOptions,
  { out, err, untilStopped }: Terminal,
): Promise<ExitCode> {
  const merchantId = parseMerchantId(merchant);
  if (merchantId === undefined)
    return misused('--merchant takes 1 to 64 letters, digits, dashes or underscores');
  const file = await stat(path).catch(() => undefined);
  if (file?.isFile() !== true) return misused(`there is no file ${path}`);
  if ((source === 'mapped') !== (mapping !== undefined))
    return misused('--mapping is for --source mapped, which needs it');
  const read = mapping === undefined ? ok(undefined) : await mappingOf(mapping);
  if (read.isErr()) return misused(read.error);
  const opened = await openPlatform(config);
  if ('says' in opened) return notOpened(opened, err);
  try {
    const { receiveFile, startReconciliation, showReconciliation } = opened.platform.get(TOKENS.useCases);
    const started = await receiveFile({
      merchantId,
      name: nameOf(path),
      source,
      ...present({ mapping: read.value }),
      bytes: createReadStream(path),
      mostBytes: MOST_BYTES,
    }).andThen((received) => startReconciliation({ received, origin: ORIGIN }));
    if (started.isErr()) return failed(SAYS[started.error.kind]);
    const { id, status } = started.value.reconciliation;
    const hadEnded = status === 'completed' || status === 'failed';
    let reportBy = hadEnded ? 0 : Number.POSITIVE_INFINITY;
    const work = opened.platform.get(TOKENS.jobs).run;
    const progress = progressLine(err);
    let isStopped = false;
    void untilStopped.then(() => {
      isStopped = true;
    });
    for (;;) {
      const turn = Promise.resolve(work(1, () => isStopped));
      while (!(await isOver(turn, SHOWN_EVERY_MS)))
        (await showReconciliation(merchantId, id)).map((each) => progress.show(each.reconciliation));
      const [turns, read] = [await turn, await showReconciliation(merchantId, id)];
      if (turns.isErr() || read.isErr()) return failed('the storage does not answer');
      const { reconciliation } = read.value;
      progress.show(reconciliation);
      if (reconciliation.status === 'completed' || reconciliation.status === 'failed') {
        reportBy = Math.min(reportBy, Date.now() + REPORT_MS);
        if (reconciliation.report !== undefined || isStopped || Date.now() >= reportBy) {
          progress.end();
          return ended(read.value);
        }
      } else if (isStopped) {
        progress.end();
        return failed(`stopped; a worker goes on with ${id}, and so does the same command`);
      }
      if (turns.value.length === 0) await setTimeout(POLL_MS);
    }
  } finally {
    await opened.close();
  }

  function misused(says: string): ExitCode {
    err(`paywright: ${says}\n`);
    return EXIT.usage;
  }

  function failed(says: string): ExitCode {
    err(`paywright: ${says}\n`);
    return EXIT.failed;
  }

  function ended(shown: ShownReconciliation): ExitCode {
    const { reconciliation } = shown;
    if (json) out(`${jsonText(shownReconciliation(shown))}\n`);
    if (reconciliation.status === 'failed') {
      const { code, line, column } = reconciliation.error;
      const where = `${line === undefined ? '' : ` at line ${line}`}${column === undefined ? '' : `, column ${column}`}`;
      return failed(`the file was refused: ${code.replaceAll('_', ' ')}${where}`);
    }
    if (!json) out(reconciledText(reconciliation));
    return EXIT.ok;
  }
}

/** Whether the work has ended within that time. */
const isOver = (work: Promise<unknown>, ms: number): Promise<boolean> =>
  Promise.race([work.then(() => true), setTimeout(ms, false, { ref: false })]);

/** A name is stored and shown, so it is cut to what does nothing, and is no card number. */
const nameOf = (path: string): string => {
  const name = basename(path)
    .replaceAll(/[^\w .()-]/g, '_')
    .slice(0, 128);
  return findsPan(name) ? 'file.csv' : name;
};

const SAYS = {
  MerchantNotFound: 'there is no such merchant',
  MappingNotFound: 'the merchant has no mapping of this name',
  FileEmpty: 'the file is empty',
  ObjectTooLarge: 'the file is too large',
  UploadCut: 'the file could not be read to its end',
  UploadNotFound: 'the store of files lost the upload; run it again',
  ObjectDamaged: 'the store of files is damaged',
  ObjectStoreUnavailable: 'the store of files does not answer',
  TooManyFiles: 'too many files are being sent',
  StorageUnavailable: 'the storage does not answer',
} as const;

/** Its rows by their outcome, which add up, and what ought to be among them and is not. */
export const reconciledText = ({ id, file, outcomes, absences }: Reconciliation): string => {
  const lineOf = (name: string, count: number) => `  ${name.replaceAll('_', ' ').padEnd(26)}${count}\n`;
  return [
    `${id}: ${rowsOf(outcomes)} rows of ${file.name}\n`,
    ...OUTCOMES.map((each) => lineOf(each, outcomes.counts[each])),
    'not in the file:\n',
    lineOf('expected', absences?.expected ?? 0),
    lineOf('missing_there', absences?.missingThere ?? 0),
  ].join('');
};

const BAR = 30;

/** A bar of one part of a whole, and what it is of. */
const barOf = (part: number, whole: number, of: string): string => {
  const filled = whole === 0 ? BAR : Math.min(BAR, Math.round((BAR * part) / whole));
  return `[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}] ${of}`;
};

/**
 * How far a file is: the first reading by its bytes, as its rows are not counted yet, and where it is packed by the rows alone; then its
 * rows, and of them those that did not match.
 */
export function progressText(each: Reconciliation): string {
  if ('totals' in each && each.totals !== undefined) {
    const { counts } = each.outcomes;
    const done = rowsOf(each.outcomes);
    const other = done - counts.matched - counts.matched_within_tolerance;
    return barOf(done, each.totals.rows, `${done} of ${each.totals.rows} rows, ${other} not matched`);
  }
  if (each.status !== 'pending' || each.counted === undefined) return 'counting rows';
  const { rows, bytes } = each.counted;
  const counted = `${rows} rows counted`;
  return each.file.isGzip ? counted : barOf(bytes, each.file.bytes, counted);
}

/** One line that is written over, where the output is a terminal. */
function progressLine(err: Terminal['err']) {
  const isSeen = process.stderr.isTTY;
  let isOpen = false;
  return {
    show(each: Reconciliation): void {
      if (!isSeen) return;
      err(`\r\u001b[K${progressText(each)}`);
      isOpen = true;
    },
    end(): void {
      if (isOpen) err('\n');
    },
  };
}
