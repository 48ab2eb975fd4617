import type pg from 'pg';

/**
 * Everything that a schema consists of, as text: columns, constraints, indexes, functions, triggers, views and settings of
 * tables. Two databases with equal catalogs accept the same statements. What migrations note about themselves is left out.
 */
export async function catalogOf(pool: pg.Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ line: string }>(
    `SELECT format('column %I.%I.%I %s %s %s %s', table_schema, table_name, column_name, data_type, is_nullable,
        column_default, generation_expression) AS line
      FROM information_schema.columns WHERE table_schema IN ('public', 'approvals')
    UNION ALL SELECT format('constraint %s %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
      FROM pg_constraint WHERE connamespace IN ('public'::regnamespace, to_regnamespace('approvals'))
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname IN ('public', 'approvals')
    UNION ALL SELECT pg_get_functiondef(oid)
      FROM pg_proc WHERE pronamespace IN ('public'::regnamespace, to_regnamespace('approvals'))
    UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT format('%I.%I %s', schemaname, viewname, definition)
      FROM pg_views WHERE schemaname IN ('public', 'approvals')
    UNION ALL SELECT format('settings %s %s', oid::regclass, reloptions)
      FROM pg_class WHERE relkind = 'r' AND relnamespace IN ('public'::regnamespace, to_regnamespace('approvals'))`,
  );
  return rows
    .map(({ line }) => line.replaceAll(/\s+/g, ' '))
    .filter((line) => !/migration/.test(line))
    .toSorted();
}
