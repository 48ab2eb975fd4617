import { sql, type Transaction } from 'kysely';
import type { Database } from './schema.ts';

/** What changes a table that is there already: of it, and of the rows in it. */
const CHANGES = [
  /^ALTER TABLE ([\w.]+)/gm,
  /^CREATE TRIGGER [^;]*? ON ([\w.]+)/gm,
  /^(?:UPDATE|INSERT INTO|DELETE FROM) ([\w.]+)/gm,
  /\bREFERENCES ([\w.]+)/gm,
];

/** What needs a table to stay as it is, and lets it be read meanwhile. */
const INDEXES = [/^CREATE (?:UNIQUE )?INDEX \w+\s+ON ([\w.]+)/gm];

export type TableLocks = Readonly<{ mode: 'SHARE' | 'ACCESS EXCLUSIVE'; tables: readonly string[] }>;

/**
 * The locks that migrations with these contents take, among them those of tables that they make themselves. Reads go on
 * while they make indexes alone.
 */
export function locksOf(contents: string): TableLocks {
  const found = (patterns: readonly RegExp[]) =>
    patterns.flatMap((pattern) => [...contents.matchAll(pattern)].map(([, table = '']) => table));
  const changed = found(CHANGES);
  return {
    mode: changed.length > 0 ? 'ACCESS EXCLUSIVE' : 'SHARE',
    tables: [...new Set([...changed, ...found(INDEXES)])].toSorted(),
  };
}

/**
 * Takes every lock that the migrations need before the first of them begins, so that none of them waits for a table while it
 * holds another: a statement of a serving process that held the one and wanted the other would be ended as the deadlock's
 * victim. Postgres looks for deadlocks after `deadlock_timeout` of waiting, and all of the locks are had or given up in half
 * of that. Each is had for a moment alone before, for which a vacuum of the table gives way. Tables that are in use fail it
 * with a transient fault. One trip, and one for each table there is.
 */
export async function takeLocks(db: Transaction<Database>, contents: string): Promise<void> {
  const { mode, tables } = locksOf(contents);
  const { rows: found } = await sql<{ name: string }>`
    SELECT name FROM unnest(${tables}::text[]) AS name WHERE to_regclass(name) IS NOT NULL`.execute(db);
  const names = found.map(({ name }) => name);
  if (names.length === 0) return;
  for (const name of names)
    await sql
      .raw(
        `SAVEPOINT alone; LOCK TABLE ${name} IN ${mode} MODE; ROLLBACK TO SAVEPOINT alone; RELEASE SAVEPOINT alone`,
      )
      .execute(db);
  await sql`
    SELECT set_config('statement_timeout', (setting::integer / 2)::text, true)
      FROM pg_settings WHERE name = 'deadlock_timeout'`.execute(db);
  await sql.raw(`LOCK TABLE ${names.join(', ')} IN ${mode} MODE`).execute(db);
  await sql`SET LOCAL statement_timeout = DEFAULT`.execute(db);
}
