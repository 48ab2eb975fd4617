import type { FileExport } from '../../domain/files/file-export.ts';
import { type ObjectKey, parseObjectKey } from '../../domain/files/object-key.ts';
import type { ExportEncoder } from '../../ports/export-encoder.ts';

/** Below which all exports' files stand. */
export const EXPORTS_PREFIX = 'exports/';

type Named = Pick<FileExport, 'id' | 'merchantId' | 'format' | 'gzip'>;

/** Where the file of an export is; nothing but that export writes there. */
export function objectOf(encoder: ExportEncoder, each: Named): ObjectKey {
  const { extension } = encoder.fileOf(each);
  const key = parseObjectKey(`${EXPORTS_PREFIX}${each.merchantId}/${each.id}.${extension}`);
  if (key === undefined) throw new Error(`export ${each.id} has a name that no file can have`);
  return key;
}

/** What a browser saves it as. */
export const fileNameOf = (encoder: ExportEncoder, each: Named & Pick<FileExport, 'source'>): string =>
  `${each.source.replaceAll('_', '-')}-${each.id}.${encoder.fileOf(each).extension}`;
