import type pg from 'pg';
import type { MigrationFiles } from './migration-files.ts';

/**
 * Parts of the schema that the migrations leave and that are not there, by `PARTS`: a constraint, an index that may be used, a trigger
 * that is on. A restore that was cut has every row before the first of them.
 */
export async function missingParts(
  pool: pg.Pool,
  { parts, schema }: Pick<MigrationFiles, 'parts' | 'schema'>,
): Promise<readonly string[]> {
  const { rows } = await pool.query<Readonly<{ part: string }>>(PARTS, [schema ?? null]);
  const found = new Set(rows.map(({ part }) => part));
  return parts.filter((part) => !found.has(part));
}

/** Of a schema, each by its kind, its name and its table. What a server notes of NOT NULL follows from columns, which rows would miss. */
export const PARTS = `
  WITH home AS (
    SELECT c.oid, c.relname FROM pg_class AS c
    WHERE c.relkind IN ('r', 'p') AND c.relnamespace = to_regnamespace(coalesce($1::text, current_schema()))
  )
  SELECT format('constraint %I of %I', k.conname, home.relname) AS part
  FROM home JOIN pg_constraint AS k ON k.conrelid = home.oid AND k.contype IN ('p', 'u', 'c', 'f', 'x')
  UNION ALL
  SELECT format('%sindex %I of %I', CASE WHEN i.indisunique THEN 'unique ' ELSE '' END, c.relname, home.relname)
  FROM home JOIN pg_index AS i ON i.indrelid = home.oid AND i.indisvalid JOIN pg_class AS c ON c.oid = i.indexrelid
  WHERE NOT EXISTS (SELECT FROM pg_constraint AS k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
  UNION ALL
  SELECT format('trigger %I of %I', t.tgname, home.relname)
  FROM home JOIN pg_trigger AS t ON t.tgrelid = home.oid AND NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
  ORDER BY part`;
