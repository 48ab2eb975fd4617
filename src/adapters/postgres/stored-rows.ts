import type pg from 'pg';
import { canonicalJson, type Json, parseJson } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { StoredFault, StoredRow, StoredRows } from '../../ports/stored-rows.ts';
import { withRetry } from './faults.ts';
import { hexOf } from './rows.ts';
import { type AnyRow, merchantOf, STORED_TABLES, type StoredTable } from './stored-tables.ts';

const PAGE = 500;

/** Where a walk stands: the table, and the key of the last row read of it. */
type Cursor = Readonly<{ table: number; key?: readonly string[] }>;

/** Table after table by its primary key, one statement a page. */
export function postgresStoredRows(pool: pg.Pool): StoredRows {
  const sealedSince = () =>
    withRetry(() => pool.query<{ at: number }>('SELECT sealed_since() AS at')).map(
      ({ rows }) => rows[0]?.at ?? Number.POSITIVE_INFINITY,
    );
  return {
    sealedSince,
    page: (after) =>
      sealedSince().andThen((since) => {
        const { table: index, key }: Cursor =
          after === undefined ? { table: 0 } : (JSON.parse(after) as Cursor);
        const table = STORED_TABLES[index];
        if (table === undefined) throw new Error(`there is no table ${index}`);
        return withRetry(() => pool.query<AnyRow>(pageOf(table, key))).map(({ rows }) => {
          const last = rows.at(-1);
          const next: Cursor | undefined =
            last !== undefined && rows.length === PAGE
              ? { table: index, key: table.key.map((column) => cursorText(last[column])) }
              : index + 1 < STORED_TABLES.length
                ? { table: index + 1 }
                : undefined;
          return {
            rows: rows.flatMap((row) => listed(storedRow(table, row, since))),
            ...(next === undefined ? {} : { next: JSON.stringify(next) }),
          };
        });
      }),
  };
}

const cursorText = (value: unknown): string => String(value);

function pageOf({ name, key, texts }: StoredTable, after: readonly string[] | undefined): pg.QueryConfig {
  const columns = ['t.*', ...texts.map((text) => `t.${text}::text AS ${text}`)].join(', ');
  const keys = key.map((column) => `t.${column}`).join(', ');
  const places = key.map((_, index) => `$${index + 1}`).join(', ');
  return {
    text: `SELECT ${columns} FROM ${name} AS t ${after === undefined ? '' : `WHERE (${keys}) > (${places})`}
      ORDER BY ${keys} LIMIT ${PAGE}`,
    values: [...(after ?? [])],
  };
}

function storedRow(table: StoredTable, row: AnyRow, sealedSince: number): StoredRow {
  const known = { id: table.id(row), merchantId: merchantOf(table, row) };
  try {
    const { value, written, begun } = table.judge(row);
    const mayLackSeal = begun !== undefined && begun < sealedSince;
    const column = Object.keys(row).find(
      (name) => name !== 'shard' && !(name === 'seal' && mayLackSeal) && !isSame(row, written, name),
    );
    return { ...known, ...value, ...(column === undefined ? {} : { fault: edited(column) }) };
  } catch (fault) {
    const detail = fault instanceof Error ? fault.message : String(fault);
    return { ...known, type: 'row', fault: { fault: 'unreadable', detail: `${table.name}: ${detail}` } };
  }
}

/** Merchants are listed by their own rows. */
const listed = (row: StoredRow): readonly StoredRow[] =>
  row.type === 'aggregate' && row.aggregate.kind === 'merchant'
    ? [row, { type: 'tenant', id: row.aggregate.id, ...present({ merchantId: row.merchantId }) }]
    : [row];

const edited = (column: string): StoredFault => ({ fault: 'edited', detail: `column ${column}` });

/** Whether a column holds what would be written to it; times, uuids, numbers, JSON and bytes in the form each is read in. */
function isSame(row: AnyRow, written: object, name: string): boolean {
  const actual = row[name] as Cell | null;
  const expected = ((written as Readonly<Record<string, Json | undefined>>)[name] ?? null) as Json;
  if (actual === null || expected === null) return actual === expected;
  if (Buffer.isBuffer(actual)) return actual.toString('hex') === expected;
  if (typeof expected === 'object') return canonicalJson(expected) === canonicalJson(parseJson(`${actual}`));
  if (typeof actual === 'number' && typeof expected === 'string') return actual === Date.parse(expected);
  return `${actual}` === `${expected}` || hexOf(`${actual}`) === expected;
}

/** What a column is read as. */
type Cell = Buffer | string | number | bigint | boolean;
