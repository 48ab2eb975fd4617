import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { err, type Result, ResultAsync } from 'neverthrow';
import type { ObjectStoreUnavailable } from '../../ports/object-store.ts';

/** The part of the file system that the store asks; tests put a failing one in its place. */
export type Files = Readonly<{
  open: typeof open;
  rename: typeof rename;
  rm: typeof rm;
  mkdir: (path: string, options: Readonly<{ mode: number }>) => Promise<unknown>;
  readdir: (path: string) => Promise<string[]>;
  readText: (path: string) => Promise<string>;
  sizeOf: (path: string) => Promise<number>;
}>;

export const systemFiles: Files = {
  open,
  rename,
  rm,
  mkdir: (path, options) => mkdir(path, options),
  readdir: (path) => readdir(path),
  readText: (path) => readFile(path, 'utf8'),
  sizeOf: async (path) => (await stat(path)).size,
};

/** What the operating system says went wrong, such as `ENOSPC`; undefined for a defect. */
export const codeOf = (fault: unknown): string | undefined =>
  fault instanceof Error && 'code' in fault && typeof fault.code === 'string' ? fault.code : undefined;

/** Runs the work; what the operating system refuses is an Err, and what no system refuses is thrown on. */
export const attempt = <T, E>(
  work: () => Promise<Result<T, E>>,
): ResultAsync<T, E | ObjectStoreUnavailable> =>
  new ResultAsync(
    work().catch((cause: unknown): Result<T, E | ObjectStoreUnavailable> => {
      if (codeOf(cause) === undefined) throw cause;
      return err({ kind: 'ObjectStoreUnavailable', cause });
    }),
  );

/** What the work resolves to, and undefined where the file or folder is not there. */
export const ifThere = <T>(work: Promise<T>): Promise<T | undefined> =>
  work.catch((fault: unknown) => {
    if (codeOf(fault) === 'ENOENT') return undefined;
    throw fault;
  });

/** A new or renamed name survives a loss of power once its folder is on disk. */
export async function keepNames(files: Files, folder: string): Promise<void> {
  const handle = await files.open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
