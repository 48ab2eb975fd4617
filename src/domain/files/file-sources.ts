import type { SettlementMapping } from '../merchants/settlement-mapping.ts';
import { ADYEN_READ, adyenRows } from './adyen-file.ts';
import type { RowSource } from './file-row.ts';
import { columnsRead, isSkipped, mappedRows } from './mapped-file.ts';
import { nativeRows } from './native-file.ts';
import { STRIPE_READ, stripeRows } from './stripe-file.ts';

/** Whose words a file may be in. */
export const FILE_SOURCES = ['native', 'stripe', 'adyen', 'mapped'] as const;
export type FileSource = (typeof FILE_SOURCES)[number];

/** Whose words a file is in, and of `mapped` what they mean. Stored ones may name a source that another version has. */
export type FileReading = Readonly<{ source: string; mapping?: SettlementMapping; mappingSha256?: string }>;

/** True for a source whose rows are of the day of their payout, which only the payout's own row says. */
export const isOfPayoutDays = ({ source }: FileReading): boolean => source === 'adyen';

const READ: Readonly<Record<string, readonly string[]>> = { stripe: STRIPE_READ, adyen: ADYEN_READ };

/** A header with nothing in the place of columns that are not read: what stands there may be anything, and is not kept. */
export function headerRead({ source, mapping }: FileReading, header: readonly string[]): readonly string[] {
  const columns = new Set(mapping === undefined ? (READ[source] ?? header) : columnsRead(mapping));
  return header.map((column) => (columns.has(column) ? column : ''));
}

/** How the bytes of a file become rows. */
export type FileFormat = Readonly<{
  delimiter: ',' | ';' | '\t';
  recordsBeforeHeader: number;
  rows: RowSource;
  /** True for a record below the header that is no row, such as one of totals. */
  isNoRow(header: readonly string[], cells: readonly string[]): boolean;
}>;

const PLAIN: Omit<FileFormat, 'rows'> = { delimiter: ',', recordsBeforeHeader: 0, isNoRow: () => false };

const ROWS: Readonly<Record<string, RowSource>> = {
  native: nativeRows,
  stripe: stripeRows,
  adyen: adyenRows,
};

/** How the files of a source are read. Throws for one that this version has not, which another has left. */
export function formatOf({ source, mapping }: FileReading): FileFormat {
  if (source === 'mapped' && mapping !== undefined) return mappedFormat(mapping);
  const rows = Object.hasOwn(ROWS, source) ? ROWS[source] : undefined;
  if (rows === undefined) throw new Error(`files of the source ${source} cannot be read`);
  return { ...PLAIN, rows };
}

const mappedFormat = (mapping: SettlementMapping): FileFormat => ({
  delimiter: mapping.delimiter ?? ',',
  recordsBeforeHeader: mapping.records_before_header ?? 0,
  rows: mappedRows(mapping),
  isNoRow: isSkipped(mapping),
});
