import {
  type MerchantId,
  parseId,
  parseMerchantId,
  type ReconciliationId,
  timeDigits,
} from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import { type ObjectKey, parseObjectKey } from './object-key.ts';

/** Whose files they are. */
type Owner = Readonly<{ merchantId: MerchantId; id: ReconciliationId }>;

/** All files of processors that are kept for a time begin so, and sort by when it is over. */
export const PROCESSOR_FILES = 'processor-files/';

/** The file as it arrived. One that is kept for good lies beside what became of it. */
export function fileObject({ file: { keptUntil }, ...owner }: Owner & FileKept): ObjectKey {
  if (keptUntil === undefined) return keyOf(owner, 'file');
  const key = parseObjectKey(`${PROCESSOR_FILES}${timeDigits(keptUntil)}/${owner.merchantId}/${owner.id}`);
  if (key === undefined) throw new Error(`no file can be called ${owner.id}`);
  return key;
}

type FileKept = Readonly<{ file: Readonly<{ keptUntil?: Instant }> }>;

/** When the time of a file is over that is kept for one; what is called otherwise is over since long ago. */
export const keptUntilIn = (key: ObjectKey): Instant =>
  Number.parseInt(/^processor-files\/([0-9a-f]{12})\//.exec(key)?.[1] ?? '0', 16);

const UPLOADS = 'uploads';

/** Where a link stores the file that a reconciliation will be of. */
export function uploadObject({ merchantId, id }: Owner): ObjectKey {
  const key = parseObjectKey(`${UPLOADS}/${merchantId}/${id}`);
  if (key === undefined) throw new Error(`no upload can be called ${id}`);
  return key;
}

/** Reads `uploadObject` back; undefined for any other object. */
export function uploadIn(key: ObjectKey): Owner | undefined {
  const [folder, merchant = '', rest = '', ...more] = key.split('/');
  const [merchantId, id] = [parseMerchantId(merchant), parseId('rec', rest)];
  return folder === UPLOADS && more.length === 0 && merchantId !== undefined && id !== undefined
    ? { merchantId, id }
    : undefined;
}

/** A file that was placed beside those of reconciliations, for one of its own; undefined for any other object. */
export function placedFileIn(key: ObjectKey): Readonly<{ merchantId: MerchantId; name: string }> | undefined {
  const [folder, merchant = '', name = '', ...more] = key.split('/');
  const merchantId = parseMerchantId(merchant);
  return folder === 'reconciliation' && name !== '' && more.length === 0 && merchantId !== undefined
    ? { merchantId, name }
    : undefined;
}

/** What became of it, as a file: a JSON text of the whole, or every row that has its outcome as CSV. */
export const reportObject = (owner: Owner, format: 'json' | 'csv'): ObjectKey =>
  keyOf(owner, `report.${format}`);

/** All objects of row outcomes begin so, and sort by batch. */
export const batchPrefix = ({ merchantId, id }: Owner): string => `reconciliation/${merchantId}/${id}/rows/`;

/**
 * What became of the rows of one batch, a line of JSON each. `attempt` is the version of the job that wrote it: when one that
 * was overtaken wrote the same batch, the latest attempt is the one that was committed.
 */
export const batchObject = (owner: Owner, batch: number, attempt: number): ObjectKey =>
  keyOf(owner, `rows/${digits(batch)}-${digits(attempt)}`);

/** Which batch an object holds. */
export const batchOf = (key: ObjectKey): number => Number(key.slice(key.lastIndexOf('/') + 1).split('-')[0]);

/** A batch's objects come after this key, those of the batch before do not. */
export const beforeBatch = (owner: Owner, batch: number): ObjectKey => batchObject(owner, batch, 0);

const digits = (count: number): string => `${count}`.padStart(8, '0');

function keyOf({ merchantId, id }: Owner, name: string): ObjectKey {
  const key = parseObjectKey(`reconciliation/${merchantId}/${id}/${name}`);
  if (key === undefined) throw new Error(`no object can be called ${name} of ${id}`);
  return key;
}
