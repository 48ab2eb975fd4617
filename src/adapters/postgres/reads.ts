import type { CompiledQuery } from 'kysely';
import type { ResultAsync } from 'neverthrow';
import type pg from 'pg';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { coalesce } from '../shared/coalesce.ts';
import { attempt, retried } from './faults.ts';
import { gateOf } from './pool.ts';

/** A statement that reads; under its name the server prepares it once for each connection. */
export type Statement = Readonly<{ name?: string; text: string; values?: readonly unknown[] }>;

/** What a statement finds, each made from its row, in its order. One round trip. */
export const findAll = <Row extends pg.QueryResultRow, Entity>(
  pool: pg.Pool,
  statement: Statement,
  entityOf: (row: Row) => Entity,
): ResultAsync<readonly Entity[], StorageUnavailable> =>
  attempt(async () => {
    const { rows } = await retried(() => pool.query<Row>(asked(statement)));
    return rows.map((row) => entityOf(row));
  });

/** The first of them. */
export const findOne = <Row extends pg.QueryResultRow, Entity>(
  pool: pg.Pool,
  statement: Statement,
  entityOf: (row: Row) => Entity,
): ResultAsync<Entity | undefined, StorageUnavailable> =>
  findAll(pool, statement, entityOf).map(([entity]) => entity);

const asked = ({ values, ...statement }: Statement): pg.QueryConfig => ({
  ...statement,
  values: [...(values ?? [])],
});

/**
 * A statement that reads the rows of many keys. `columnsOf` gives its arguments: an array for each column of the key. Every
 * row says in `position`, from 1 on, which key it is of.
 */
export type ManyKeys<Key> = Readonly<{
  name: string;
  text: string;
  columnsOf: (keys: readonly Key[]) => readonly (readonly unknown[])[];
}>;

/** The rows of a key. Reads that come together share a statement, in which each key is asked for once. */
export type ReadKey<Key, Row> = (key: Key) => ResultAsync<readonly Row[], StorageUnavailable>;

const MOST_KEYS = 256;
/** Two statements at once leave the connections to the commits. */
const LANES = 2;

export function readsByKey<Key, Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  { name, text, columnsOf }: ManyKeys<Key>,
): ReadKey<Key, Row> {
  const read = coalesce<Key, readonly Row[]>({
    run: async (keys) => {
      const columns = columnsOf(keys);
      const texts = keys.map((_, index) => columns.map((column) => column[index]).join(' '));
      const places = new Map(texts.map((each, index) => [each, index]));
      const wanted = [...places.values()];
      const values = columns.map((column) => wanted.map((index) => column[index]));
      const { rows } = await retried(() => pool.query<Row & { position: bigint }>({ name, text, values }));
      const found = Map.groupBy(rows, ({ position }) => wanted[Number(position) - 1]);
      return texts.map((each) => found.get(places.get(each)) ?? []);
    },
    most: MOST_KEYS,
    gate: gateOf(pool),
    lanes: LANES,
  });
  return (key) => attempt(() => read(key));
}

/** A name for each shape of a query that is built, so that the server plans each once a connection. */
const names = new Map<string, string>();

/** A built query, for the server to prepare. */
export const prepared = ({ sql: text, parameters }: CompiledQuery): Statement => ({
  name: nameOf(text),
  text,
  values: parameters,
});

function nameOf(sql: string): string {
  const name = names.get(sql) ?? `built_${names.size}`;
  names.set(sql, name);
  return name;
}
