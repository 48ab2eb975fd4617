import type { RowSource } from './file-row.ts';
import { nativeRows } from './native-file.ts';

/** Whose words a file may be in. */
export const FILE_SOURCES = ['native'] as const;
export type FileSource = (typeof FILE_SOURCES)[number];

const ROWS: Readonly<Record<FileSource, RowSource>> = { native: nativeRows };

/** How the files of a source are read. Throws for one that this version has not, which another has left. */
export function rowsOfSource(source: string): RowSource {
  const known = FILE_SOURCES.find((each) => each === source);
  if (known === undefined) throw new Error(`files of the source ${source} cannot be read`);
  return ROWS[known];
}
