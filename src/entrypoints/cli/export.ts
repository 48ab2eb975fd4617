import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { exportFilter } from '../../application/files/export-filter.ts';
import { fileNameOf, objectOf } from '../../application/files/export-object.ts';
import type { ShownExport } from '../../application/files/read-exports.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { ExportFormat } from '../../domain/files/export.ts';
import type { ExportSource, FileExport } from '../../domain/files/file-export.ts';
import type { Origin } from '../../domain/kernel/actor.ts';
import { parseMerchantId } from '../../domain/kernel/ids.ts';
import { parseDay, parseInstant, rfc3339 } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ObjectBytes } from '../../ports/object-store.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { notOpened, type OpenPlatform, openPlatform } from './open-platform.ts';
import { notWritten, outputPlace } from './output-place.ts';
import { type ProgressLine, progressLine } from './progress-line.ts';
import type { Terminal } from './terminal.ts';

export type ExportOptions = Readonly<{
  merchant: string;
  kind: ExportSource;
  format: ExportFormat;
  gzip?: boolean;
  currency?: string;
  since?: string;
  until?: string;
  output?: string;
  json?: boolean;
}>;

/**
 * Orders a file of a merchant's records, works on it here beside the workers that run, and writes it where it was asked for. Stopped
 * by a signal, the export goes on wherever a worker runs.
 */
export async function exportCommand(
  config: Config,
  options: ExportOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  const { err } = terminal;
  const misused = (says: string): ExitCode => {
    err(`paywright: ${says}\n`);
    return EXIT.usage;
  };
  const wanted = wantedOf(options);
  if (typeof wanted === 'string') return misused(wanted);
  const place = options.output === undefined ? undefined : outputPlace(options.output);
  if (place !== undefined && 'says' in place) return misused(place.says);
  const unwritable = await unwritableAt(options.output ?? '.', place?.file ?? 'export');
  if (unwritable !== undefined) return misused(unwritable);
  const opened = await openPlatform(config);
  if ('says' in opened) return notOpened(opened, err);
  const progress = progressLine(err);
  try {
    const made = await exported(opened, options, wanted, { progress, terminal });
    progress.end();
    if (typeof made !== 'string') {
      terminal.out(options.json ? `${JSON.stringify(made)}\n` : `${made.rows} rows in ${made.file}\n`);
      return EXIT.ok;
    }
    err(`paywright: ${made}\n`);
    return EXIT.failed;
  } finally {
    progress.end();
    await opened.close();
  }
}

/** The command runs without a token, so the trail names the command. */
const ORIGIN: Origin = { actor: { id: 'paywright export', type: 'system' }, requestId: 'export' };
const POLL_MS = 250;

type Made = Readonly<{ export_id: string; rows: number; bytes: number; file: string }>;

/** What was made, or what went wrong. */
async function exported(
  { platform }: OpenPlatform,
  { kind: source, format, gzip = false, output }: ExportOptions,
  { merchantId, ...filter }: Wanted,
  { progress, terminal }: Readonly<{ progress: ProgressLine; terminal: Terminal }>,
): Promise<Made | string> {
  const { startExport, getExport, getMerchant } = platform.get(TOKENS.useCases);
  const runJobs = platform.get(TOKENS.jobs).run;
  const merchant = await getMerchant(merchantId);
  if (merchant.isErr()) return SAYS[merchant.error.kind];
  const ordered = await startExport({ merchantId, source, format, gzip, filter, origin: ORIGIN });
  if (ordered.isErr()) return SAYS[ordered.error.kind];
  const { id } = ordered.value;
  let isStopping = false;
  const stopped = terminal.untilStopped.then(() => {
    isStopping = true;
  });
  for (;;) {
    // A job that is under way is given back at its next checkpoint.
    const turns = await runJobs(1, () => isStopping);
    if (isStopping) return `stopped; export ${id} goes on where a worker runs`;
    if (turns.isErr()) return SAYS.StorageUnavailable;
    const shown = await getExport({ merchantId, id });
    if (shown.isErr()) return SAYS[shown.error.kind];
    const { status } = shown.value;
    if (status === 'pending' || status === 'processing') {
      progress.show(`${shown.value.progress.done} rows`);
      // Another worker is on it, or waits for the store.
      if (turns.value.length === 0) await Promise.race([pause(POLL_MS), stopped]);
      continue;
    }
    return downloaded(platform, shown.value, output);
  }
}

async function downloaded(
  platform: OpenPlatform['platform'],
  { export: each, progress }: ShownExport,
  output: string | undefined,
): Promise<Made | string> {
  const { objects, exportEncoder } = platform.get(TOKENS.ports);
  if (!('source' in each) || each.status !== 'completed') return faultOf(each);
  const file = output ?? fileNameOf(exportEncoder, each);
  const found = await objects.get(objectOf(exportEncoder, each));
  if (found.isErr()) return `the file of export ${each.id} cannot be read`;
  const { object, bytes } = found.value;
  const fault = await written(bytes, file);
  return fault === undefined
    ? { export_id: each.id, rows: progress.done, bytes: object.size, file }
    : `export ${each.id} is made, and ${fault}`;
}

const faultOf = (each: ShownExport['export'] | FileExport): string =>
  each.status === 'failed'
    ? `export ${each.id} failed: ${each.fault}`
    : `export ${each.id} is ${each.status}`;

/** One line where no file can be made beside this one, before anything is ordered for it; nothing is left. */
async function unwritableAt(path: string, file: string): Promise<string | undefined> {
  const draft = draftOf(file);
  try {
    await (await open(draft, 'wx', 0o600)).close();
    return undefined;
  } catch (fault) {
    return notWritten(path, fault);
  } finally {
    await rm(draft, { force: true });
  }
}

const draftOf = (file: string): string => `${file}.${randomUUID()}.part`;

/** Under a name of its own until it is whole; one line where it cannot be, and nothing is left. */
async function written(bytes: ObjectBytes, file: string): Promise<string | undefined> {
  const place = outputPlace(file);
  if ('says' in place) return place.says;
  const draft = draftOf(place.file);
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      for await (const piece of bytes) {
        if (piece.isErr()) return 'its file cannot be read to its end';
        await handle.writeFile(piece.value);
      }
    } finally {
      await handle.close();
    }
    await rename(draft, place.file);
    return undefined;
  } catch (fault) {
    return notWritten(file, fault);
  } finally {
    await rm(draft, { force: true });
  }
}

const SAYS = {
  MerchantNotFound: 'there is no such merchant',
  ExportNotFound: 'the export is gone',
  ExportsUnderWay: 'the merchant has as many exports under way as may be; wait until one has ended',
  ChangedMeanwhile: 'the export was changed all the while; try again',
  KeysUnavailable: 'a key is missing, or the keys cannot be read',
  ObjectStoreUnavailable: 'the store of files does not answer',
  StorageUnavailable: 'the storage does not answer',
} as const;

type Wanted = Readonly<{ merchantId: NonNullable<ReturnType<typeof parseMerchantId>> }> &
  ReturnType<typeof exportFilter>;

const DAY_MS = 24 * 3_600_000;

/** What is to be exported, or what is wrong with the options. */
function wantedOf({ merchant, kind, currency, since, until }: ExportOptions): Wanted | string {
  const merchantId = parseMerchantId(merchant);
  if (merchantId === undefined) return '--merchant takes 1 to 64 letters, digits, dashes or underscores';
  if (currency !== undefined && !/^[A-Z]{3}$/.test(currency))
    return '--currency takes the code of a currency, such as USD';
  if (currency !== undefined && kind === 'audit') return '--currency is no filter of audit';
  const from = since === undefined ? undefined : (parseDay(since) ?? parseInstant(since));
  if (since !== undefined && from === undefined) return '--since takes a day or an RFC 3339 time that exists';
  const lastDay = until === undefined ? undefined : parseDay(until);
  const to =
    until === undefined ? undefined : lastDay === undefined ? parseInstant(until) : lastDay + DAY_MS - 1;
  if (until !== undefined && to === undefined) return '--until takes a day or an RFC 3339 time that exists';
  if (from !== undefined && to !== undefined && from > to) return '--since must not be after --until';
  return {
    merchantId,
    ...exportFilter({
      ...present({
        currency,
        start_date: from === undefined ? undefined : rfc3339(from),
        end_date: to === undefined ? undefined : rfc3339(to),
      }),
    }),
  };
}
