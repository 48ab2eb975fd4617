import { err, ok, type Result } from 'neverthrow';
import { formatOf } from '../../domain/files/file-sources.ts';
import type { Reconciliation } from '../../domain/files/reconciliation.ts';
import { fileObject } from '../../domain/files/reconciliation-files.ts';
import type { CsvFiles, CsvPlace, CsvRecord, CsvRefused } from '../../ports/csv-files.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { JobHeldUp } from './job-work.ts';

export type FilePorts = Readonly<{ objects: ObjectStore; csvFiles: CsvFiles }>;

/** Records as they are read; an Err is the last thing given. */
export type FileRecords = AsyncGenerator<Result<readonly CsvRecord[], CsvRefused | JobHeldUp>, void, void>;

/** The records of a reconciliation's file from a place on. Opens the object once. */
export async function* fileRecords(
  { objects, csvFiles }: FilePorts,
  { merchantId, id, file, ...reading }: Reconciliation,
  place: CsvPlace,
): FileRecords {
  const { isGzip } = file;
  const { delimiter } = formatOf(reading);
  if (!isGzip && place.offset >= file.bytes) return;
  const opened = await objects.get(
    fileObject({ merchantId, id, file }),
    isGzip || place.offset === 0 ? undefined : { first: place.offset },
  );
  if (opened.isErr()) {
    yield err(heldUp(opened.error));
    return;
  }
  for await (const records of csvFiles.records(opened.value.bytes, { ...place, isGzip, delimiter })) {
    if (records.isOk()) yield ok(records.value);
    else yield err(records.error.kind === 'CsvRefused' ? records.error : heldUp(records.error));
  }
}

/** The store of files does not give or take what it should; the code names how. */
export const heldUp = (failure: Readonly<{ kind: string; cause?: unknown }>): JobHeldUp => ({
  kind: 'JobHeldUp',
  code: CODES[failure.kind] ?? 'object_store_unavailable',
  cause: failure.cause ?? failure.kind,
});

const CODES: Readonly<Record<string, string>> = {
  ObjectNotFound: 'file_missing',
  ObjectDamaged: 'file_damaged',
  StorageUnavailable: 'storage_unavailable',
};
