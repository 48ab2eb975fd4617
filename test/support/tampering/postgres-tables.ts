import type pg from 'pg';

/** A connection, or a pool of one. */
type Hand = Pick<pg.Client, 'query'>;

/** Columns that can be written, in order; a generated one follows from the others. */
export type Table = Readonly<{ name: string; columns: readonly Column[]; key: readonly string[] }>;
export type Column = Readonly<{ name: string; type: string; isNullable: boolean }>;

/** Every table of a database that is not the server's own, as its catalogue has them. */
export async function tablesOf(hand: Hand): Promise<readonly Table[]> {
  const { rows } = await hand.query<Table>(`
    SELECT format('%I.%I', table_schema, table_name) AS name,
      json_agg(json_build_object('name', column_name, 'type', udt_name, 'isNullable', is_nullable = 'YES')
        ORDER BY ordinal_position) AS columns,
      (SELECT coalesce(json_agg(attname ORDER BY place), '[]') FROM pg_index
        CROSS JOIN unnest(indkey) WITH ORDINALITY AS k(number, place)
        JOIN pg_attribute ON attrelid = indrelid AND attnum = k.number
        WHERE indisprimary AND indrelid = format('%I.%I', table_schema, table_name)::regclass) AS key
    FROM information_schema.columns NATURAL JOIN information_schema.tables
    WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_type = 'BASE TABLE'
      AND is_generated = 'NEVER'
    GROUP BY table_schema, table_name ORDER BY 1`);
  return rows;
}

/** Takes away what would refuse a wrong row: checks, references and triggers. Keys stay, and the names of all of it, for which `verify` asks. */
export async function disarm(hand: Hand): Promise<void> {
  await hand.query(`SET session_replication_role = replica`);
  const { rows } = await hand.query<{ text: string }>(`
    SELECT format('ALTER TABLE %1$s DROP CONSTRAINT %2$I, ADD CONSTRAINT %2$I CHECK (true)', conrelid::regclass, conname) AS text
    FROM pg_constraint WHERE contype IN ('c', 'f') AND conrelid <> 0
      AND connamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')`);
  for (const { text } of rows) await hand.query(text);
}

/**
 * Every row of the tables; gives what writes them back. Only tables are written that hold other rows than they did: to empty one makes
 * every connection plan anew what it reads there, and takes the server longer than to look.
 */
export async function snapshotOf(hand: Hand, tables: readonly Table[]): Promise<() => Promise<unknown>> {
  const kept = await Promise.all(
    tables.map(async ({ name, columns }) => {
      const list = columns.map((column) => `"${column.name}"`).join(', ');
      const { rows } = await hand.query<{ text: string }>(`SELECT ${ROWS} AS text FROM ${name} AS t`);
      const text = (rows[0]?.text ?? '[]').replaceAll("'", "''");
      return {
        name,
        isOther: `SELECT '${name}' AS name FROM ${name} AS t HAVING ${ROWS} <> '${text}'`,
        fill: `INSERT INTO ${name} (${list}) SELECT ${list} FROM json_populate_recordset(NULL::${name}, '${text}')`,
      };
    }),
  );
  const look = kept.map(({ isOther }) => isOther).join(' UNION ALL ');
  return async () => {
    const { rows } = await hand.query<{ name: string }>(look);
    const others = kept.filter(({ name }) => rows.some((row) => row.name === name));
    if (others.length === 0) return;
    const names = others.map(({ name }) => name).join(', ');
    await hand.query([`TRUNCATE ${names}`, ...others.map(({ fill }) => fill)].join(';\n'));
  };
}

/** The rows of a table, in the order in which they are stored. */
const ROWS = "coalesce(json_agg(t), '[]')::text";
