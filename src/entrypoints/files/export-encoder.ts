import { gzipSync } from 'node:zlib';
import type { ExportFormat } from '../../domain/files/export.ts';
import { type JsonObject, jsonText } from '../../domain/kernel/json.ts';
import type { ExportEncoder, ExportRowsOf } from '../../ports/export-encoder.ts';
import { csvLine, csvLines } from './csv.ts';
import { EXPORT_COLUMNS } from './export-columns.ts';

const TYPES: Readonly<Record<ExportFormat, Readonly<{ contentType: string; extension: string }>>> = {
  csv: { contentType: 'text/csv; charset=utf-8; header=present', extension: 'csv' },
  json: { contentType: 'application/x-ndjson; charset=utf-8', extension: 'jsonl' },
};

/** How a format is written: what comes before all rows, then a line for each of them. */
export type FileFormat<Source extends keyof ExportRowsOf = keyof ExportRowsOf> = Readonly<{
  contentType: string;
  extension: string;
  head: string;
  lines: (rows: readonly ExportRowsOf[Source][number][]) => string;
}>;

/** Rows of one kind as CSV (RFC 4180, formula-safe) or a JSON text for each line. */
export function fileFormat<Source extends keyof ExportRowsOf>(
  source: Source,
  format: ExportFormat,
): FileFormat<Source> {
  if (format === 'json')
    return {
      ...TYPES.json,
      head: '',
      lines: (rows) => rows.map((row) => `${jsonText(row as JsonObject)}\n`).join(''),
    };
  const columns = EXPORT_COLUMNS[source];
  const cellsOf = Object.values(columns);
  return {
    ...TYPES.csv,
    head: csvLine(Object.keys(columns)),
    lines: (rows) => csvLines(rows.map((row) => cellsOf.map((cellOf) => cellOf(row)))),
  };
}

/** By which spreadsheets know UTF-8. */
export const BYTE_ORDER_MARK = '\uFEFF';

/** Gzipped pieces are members of one file (RFC 1952, section 2.2). */
export const exportEncoder: ExportEncoder = {
  fileOf: ({ format, gzip }) =>
    gzip ? { contentType: 'application/gzip', extension: `${TYPES[format].extension}.gz` } : TYPES[format],
  encode({ source, rows }, { format, gzip, bom, isFirst }) {
    const { head, lines } = fileFormat(source, format);
    const mark = bom === true && format === 'csv' ? BYTE_ORDER_MARK : '';
    const bytes = Buffer.from(`${isFirst ? `${mark}${head}` : ''}${lines(rows as never)}`);
    return gzip && (bytes.length > 0 || isFirst) ? gzipSync(bytes) : bytes;
  },
};
