import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The migrations of one service: numbered SQL files that never change once they have landed. */
export type MigrationFiles = Readonly<{
  folder: URL;
  /** By name and in order, the SHA-256 of each file as it landed: the folder's `manifest.json`. */
  hashes: Readonly<Record<string, string>>;
  /** What all of them leave of constraints, indexes and triggers, as `missingParts` names them: the folder's `parts.json`. */
  parts: readonly string[];
  /** Where the applied ones are noted; without it, in a table `kysely_migration` of the schema that is current. */
  schema?: string;
}>;

/** The table that notes what was applied, with its schema. */
export const migrationTable = ({ schema }: MigrationFiles): string =>
  schema === undefined ? 'kysely_migration' : `${schema}.migration`;

/** The table of kysely's lock beside it. */
export const migrationLockTable = ({ schema }: MigrationFiles): string =>
  schema === undefined ? 'kysely_migration_lock' : `${schema}.migration_lock`;

/** The last of them: the least that a serving process needs. */
export const newestOf = ({ hashes }: MigrationFiles): string => Object.keys(hashes).at(-1) ?? 'none';

/** What stands for a migration's contents, in the manifest and in the table of what was applied. */
export const hashOf = (contents: Buffer | string): string =>
  createHash('sha256').update(contents).digest('hex');

/** The contents of a file. One that is not what landed is a defect, and throws. */
export async function migrationText({ folder, hashes }: MigrationFiles, name: string): Promise<string> {
  const contents = await readFile(new URL(`${name}.sql`, folder), 'utf8');
  if (hashOf(contents) !== hashes[name]) throw new Error(`migration ${name} is not the one that landed`);
  return contents;
}

/** The same as kysely takes them: all statements of a file at once. */
export const kyselyMigrations = (files: MigrationFiles): Record<string, Migration> =>
  Object.fromEntries(
    Object.keys(files.hashes).map((name) => [
      name,
      {
        up: async (db) => {
          await sql.raw(await migrationText(files, name)).execute(db);
        },
      },
    ]),
  );
