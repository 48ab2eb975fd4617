import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { csvFiles } from '../../src/adapters/csv/csv-files.ts';
import { type Files, systemFiles } from '../../src/adapters/objects/files.ts';
import { folderObjects } from '../../src/adapters/objects/folder.ts';
import { systemSignedTokens } from '../../src/adapters/system/signed-tokens.ts';
import { systemUtf8 } from '../../src/adapters/system/utf8.ts';
import type { Ports } from '../../src/application/use-cases.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { LEAST_PART_BYTES } from '../../src/ports/object-store.ts';

/** What signs the links of every test's files. */
export const FILE_TOKENS = systemSignedTokens('a secret of these files and of nothing else');

/** A folder that goes with the run of the tests; programs that tests start have it from them. */
export const temporaryFolder = (): string =>
  mkdtempSync(join(process.env['TEST_OBJECTS_FOLDER'] ?? tmpdir(), 'paywright-objects-'));

/** Tests end processes, never the machine, so that waiting for the disk would prove nothing. */
const UNSYNCED: Files = {
  ...systemFiles,
  open: async (...args) => Object.assign(await systemFiles.open(...args), { sync: () => Promise.resolve() }),
};

/** Lets a part of an upload be of any size, so that a few rows are several. */
export const ANY_PART: Files = { ...UNSYNCED, sizeOf: () => Promise.resolve(LEAST_PART_BYTES) };

/** An object store of a test's own, in a folder that goes with its process. */
export function temporaryFiles(
  clock: Clock,
  files: Files = UNSYNCED,
): Pick<Ports, 'objects' | 'objectLinks' | 'leftovers' | 'csvFiles' | 'utf8'> {
  const { objects, links, leftovers } = folderObjects({
    folder: temporaryFolder(),
    tokens: FILE_TOKENS,
    clock,
    files,
  });
  return { objects, objectLinks: links, leftovers, csvFiles, utf8: systemUtf8 };
}
