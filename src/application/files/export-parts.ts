import { err, ok, type Result } from 'neverthrow';
import type { PendingFileExport } from '../../domain/files/file-export.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ExportEncoder } from '../../ports/export-encoder.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { ReadRows, RowCursor, RowPage } from './export-rows.ts';
import { joined } from './file-parts.ts';

/** A part has at least so many bytes, as S3 asks for 5 MiB; the last may have fewer. */
export type PartTerms = Readonly<{ partBytes: number }>;

/** What is written at once, and where reading goes on behind it; the last part has no cursor. */
export type Part = Readonly<{ bytes: Uint8Array; rows: number; cursor?: RowCursor }>;

/** An Err is the last thing it gives. */
export type RowPages = AsyncGenerator<Result<RowPage, StorageUnavailable>, void, void>;

/** Page after page, from a cursor on; the next is read while one is printed and written. */
export async function* pagesAhead(
  read: ReadRows,
  order: PendingFileExport,
  from: RowCursor | undefined,
): RowPages {
  const begin = (cursor: RowCursor | undefined) => {
    const reading = Promise.resolve(read(order, cursor));
    // A defect is thrown where the page is awaited, which may be never.
    reading.catch(() => {});
    return reading;
  };
  for (let reading = begin(from); ; ) {
    const page = await reading;
    const cursor = page.isOk() ? page.value.cursor : undefined;
    if (cursor !== undefined) reading = begin(cursor);
    yield page;
    if (cursor === undefined) return;
  }
}

/** Rows until there are enough bytes for a part, or no more rows. */
export async function nextPart(
  { exportEncoder, partBytes }: PartTerms & Readonly<{ exportEncoder: ExportEncoder }>,
  order: PendingFileExport,
  pages: RowPages,
  isFirstPart: boolean,
): Promise<Result<Part, StorageUnavailable>> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  let rows = 0;
  for (;;) {
    const { value: page, done } = await pages.next();
    if (done === true) throw new Error(`export ${order.id} was read beyond its end`);
    if (page.isErr()) return err(page.error);
    const isFirst = isFirstPart && pieces.length === 0;
    const bytes = exportEncoder.encode(page.value.rows, { ...order, isFirst });
    pieces.push(bytes);
    size += bytes.length;
    rows += page.value.rows.rows.length;
    const { cursor } = page.value;
    if (cursor === undefined || size >= partBytes)
      return ok({ bytes: joined(pieces), rows, ...present({ cursor }) });
  }
}
