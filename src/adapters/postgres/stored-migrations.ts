import type { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { sealOf } from '../shared/row-seal.ts';
import { withRetry } from './faults.ts';
import { type MigrationFiles, migrationLockTable, migrationTable, newestOf } from './migration-files.ts';
import { missingParts } from './schema-parts.ts';

/** Something that the notes on what was applied say and no version would have noted. */
export type MigrationFault = Readonly<{
  id: string;
  fault: 'edited' | 'absent' | 'orphaned';
  detail: string;
}>;

export type AppliedRow = Readonly<{
  name: string;
  timestamp: string;
  hash: string | null;
  seal: string | null;
}>;

/** The seal of what is noted of a migration: its name, the time at which it was applied, and its file's hash. */
export const sealOfMigration = ({ name, timestamp, hash }: Omit<AppliedRow, 'seal'>): string =>
  sealOf('migration', { name, timestamp, hash });

/**
 * Holds the tables of applied migrations against the files of this version: each is there with its hash, all are sealed, and
 * what a newer version applied beyond them is numbered on without a gap. What they leave of constraints, indexes and triggers
 * is there as well, unless a newer version may have taken it away. Three reads.
 */
export const migrationFaults = (
  pool: pg.Pool,
  files: MigrationFiles,
): ResultAsync<readonly MigrationFault[], StorageUnavailable> =>
  withRetry(async () => {
    const applied = await pool.query<AppliedRow>(
      `SELECT name, timestamp, hash, seal FROM ${migrationTable(files)} ORDER BY name COLLATE "C"`,
    );
    const locks = await pool.query<Lock>(`SELECT id, is_locked FROM ${migrationLockTable(files)}`);
    const isNewer = applied.rows.some(({ name }) => files.hashes[name] === undefined);
    const missing = isNewer ? [] : await missingParts(pool, files);
    return [
      ...faultsOf(applied.rows, files),
      ...lockFaults(locks.rows),
      ...missing.map((id) => ({ id, fault: 'absent', detail: 'a part that the migrations made' }) as const),
    ];
  });

function faultsOf(applied: readonly AppliedRow[], files: MigrationFiles): readonly MigrationFault[] {
  const names = new Set(applied.map(({ name }) => name));
  const absent = Object.keys(files.hashes)
    .filter((name) => !names.has(name))
    .map((id) => ({ id, fault: 'absent', detail: `table ${migrationTable(files)}` }) as const);
  let next = numberOf(newestOf(files)) + 1;
  const others = applied.flatMap((row): readonly MigrationFault[] => {
    const { name: id, hash, seal } = row;
    const known = files.hashes[id];
    if (known === undefined) {
      if (numberOf(id) !== next)
        return [{ id, fault: 'orphaned', detail: 'a migration that no version has' }];
      next += 1;
    } else if (hash !== known) return [{ id, fault: 'edited', detail: 'column hash' }];
    return seal === sealOfMigration(row) ? [] : [{ id, fault: 'edited', detail: 'column seal' }];
  });
  return [...absent, ...others];
}

const numberOf = (name: string): number => Number(/^\d+(?=-)/.exec(name)?.[0] ?? Number.NaN);

type Lock = Readonly<{ id: string; is_locked: number }>;

/** The row that kysely makes and none of our migrations takes. */
function lockFaults(locks: readonly Lock[]): readonly MigrationFault[] {
  const [lock, ...others] = locks;
  if (lock === undefined) return [{ id: LOCK_ID, fault: 'absent', detail: 'the lock of migrations' }];
  const wrong = [lock, ...others].find(({ id, is_locked }) => id !== LOCK_ID || is_locked !== 0);
  return wrong === undefined ? [] : [{ id: wrong.id, fault: 'edited', detail: 'the lock of migrations' }];
}

const LOCK_ID = 'migration_lock';
