import { err, ok, type Result } from 'neverthrow';
import type { PendingFileExport } from '../../domain/files/file-export.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ExportEncoder } from '../../ports/export-encoder.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { defended } from '../kernel/defended.ts';
import type { ReadRows, RowCursor, RowPage } from './export-rows.ts';

/** A part has at least so many bytes, as S3 asks for 5 MiB; the last may have fewer. So many pages are read at once for one. */
export type PartTerms = Readonly<{ partBytes: number; stepPages: number }>;

/**
 * What is read of a part, and where reading goes on behind it; the last part has no cursor. One that is not `isWhole` is to be read on:
 * pages may hold few of the rows that are wanted, and none.
 */
export type Part = Readonly<{
  pieces: readonly Uint8Array[];
  rows: number;
  cursor?: RowCursor;
  isWhole: boolean;
}>;

export const NOTHING_READ: Part = { pieces: [], rows: 0, isWhole: false };

/** An Err is the last thing it gives. */
export type RowPages = AsyncGenerator<Result<RowPage, StorageUnavailable>, void, void>;

/** Page after page, from a cursor on; the next is read while one is printed and written. */
export async function* pagesAhead(
  read: ReadRows,
  order: PendingFileExport,
  from: RowCursor | undefined,
): RowPages {
  const begin = (cursor: RowCursor | undefined) => defended(Promise.resolve(read(order, cursor)));
  for (let reading = begin(from); ; ) {
    const page = await reading;
    const cursor = page.isOk() ? page.value.cursor : undefined;
    if (cursor !== undefined) reading = begin(cursor);
    yield page;
    if (cursor === undefined) return;
  }
}

/** Rows behind those that were `read` of a part, until there are enough bytes for it, no more rows, or many pages were read. */
export async function nextPart(
  { exportEncoder, partBytes, stepPages }: PartTerms & Readonly<{ exportEncoder: ExportEncoder }>,
  order: PendingFileExport,
  pages: RowPages,
  { read, isFirst }: Readonly<{ read: Part; isFirst: boolean }>,
): Promise<Result<Part, StorageUnavailable>> {
  const pieces = [...read.pieces];
  let size = pieces.reduce((sum, { length }) => sum + length, 0);
  let { rows } = read;
  for (let left = stepPages; ; left -= 1) {
    const { value: page, done } = await pages.next();
    if (done === true) throw new Error(`export ${order.id} was read beyond its end`);
    if (page.isErr()) return err(page.error);
    const bytes = exportEncoder.encode(page.value.rows, {
      ...order,
      isFirst: isFirst && pieces.length === 0,
    });
    pieces.push(bytes);
    size += bytes.length;
    rows += page.value.rows.rows.length;
    const { cursor } = page.value;
    const isWhole = cursor === undefined || size >= partBytes;
    if (isWhole || left <= 1) return ok({ pieces, rows, isWhole, ...present({ cursor }) });
  }
}
