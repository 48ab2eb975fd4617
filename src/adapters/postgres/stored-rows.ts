import { okAsync } from 'neverthrow';
import type pg from 'pg';
import type { Instant } from '../../domain/kernel/instant.ts';
import { canonicalJson, type Json, parseJson } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';
import type { StoredFault, StoredRow, StoredRows } from '../../ports/stored-rows.ts';
import { withRetry } from './faults.ts';
import { PLATFORM_MIGRATIONS } from './migrate.ts';
import { hexOf } from './rows.ts';
import { migrationFaults } from './stored-migrations.ts';
import { type AnyRow, merchantOf, STORED_TABLES, type StoredTable } from './stored-tables.ts';

const PAGE = 500;

/** Where a walk stands: the table, and the key of the last row read of it. */
type Cursor = Readonly<{ table: number; key?: readonly string[] }>;

/** From when on no row is without its seal, by the seal's column. */
type Sealed = Readonly<Record<'seal' | 'failure_seal', Instant>>;

/** Table after table by its primary key, one statement a page; behind them, what was applied to the schema. */
export function postgresStoredRows(pool: pg.Pool): StoredRows {
  const sealed = () =>
    withRetry(() =>
      pool.query<Sealed>('SELECT sealed_since() AS seal, failures_sealed_since() AS failure_seal'),
    ).map(({ rows: [since] }) => {
      if (since === undefined) throw new Error('the time since when rows are sealed has no row');
      return since;
    });
  return {
    sealedSince: () => sealed().map(({ seal }) => seal),
    tracedSince: () =>
      withRetry(() => pool.query<Readonly<{ at: Instant }>>('SELECT claims_traced_since() AS at')).map(
        ({ rows }) => rows[0]?.at ?? Number.POSITIVE_INFINITY,
      ),
    findersSince: () => okAsync(0),
    talliedSince: () => okAsync(0),
    page: (after) =>
      sealed().andThen((since) => {
        const { table: index, key }: Cursor =
          after === undefined ? { table: 0 } : (JSON.parse(after) as Cursor);
        const table = STORED_TABLES[index];
        if (table === undefined)
          return migrationFaults(pool, PLATFORM_MIGRATIONS).map((faults) => ({
            rows: faults.map(({ id, ...fault }): StoredRow => ({ type: 'schema', id, fault })),
          }));
        return withRetry(() => pool.query<AnyRow>(pageOf(table, key))).map(({ rows }) => {
          const last = rows.at(-1);
          const next: Cursor =
            last !== undefined && rows.length === PAGE
              ? { table: index, key: table.key.map((column) => cursorText(last[column])) }
              : { table: index + 1 };
          return {
            rows: rows.flatMap((row) => listed(storedRow(table, row, since))),
            next: JSON.stringify(next),
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

function storedRow(table: StoredTable, row: AnyRow, sealedSince: Sealed): StoredRow {
  const known = { id: table.id(row), merchantId: merchantOf(table, row) };
  try {
    const { value, written, begun } = table.judge(row);
    const mayLack = (name: string) =>
      (name === 'seal' || name === 'failure_seal') && begun !== undefined && begun < sealedSince[name];
    const column = Object.keys(row).find(
      (name) => name !== 'shard' && !mayLack(name) && !isSame(row, written, name),
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
