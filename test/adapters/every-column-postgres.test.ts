import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import { type AppliedRow, sealOfMigration } from '../../src/adapters/postgres/stored-migrations.ts';
import { verify } from '../../src/application/integrity/verify.ts';
import { digests } from '../fixtures/changes.ts';
import { AFTERWARDS, everythingStored } from '../support/everything-stored.ts';
import { PATIENT, postgresServer } from '../support/postgres-database.ts';
import { exceptionsOf, isExcepted, type Tampering } from '../support/tampering/exceptions.ts';
import { disarm, type Table, tablesOf } from '../support/tampering/postgres-tables.ts';

const server = await postgresServer(inject('postgresUrl'));
afterAll(() => server.close());

/** Another value of a type, whatever the column holds. */
const OTHER: Readonly<Record<string, (column: string) => string>> = {
  text: (column) => `${column} || '0'`,
  varchar: (column) => `${column} || '0'`,
  uuid: (column) =>
    `overlay(${column}::text PLACING CASE right(${column}::text, 1) WHEN '0' THEN '1' ELSE '0' END FROM 36)::uuid`,
  int2: (column) => `${column} + 1000`,
  int4: (column) => `${column} + 1000`,
  int8: (column) => `${column} + 1000`,
  numeric: (column) => `${column} + 1000`,
  bool: (column) => `NOT ${column}`,
  timestamptz: (column) => `${column} + interval '1 second'`,
  date: (column) => `${column} + 1`,
  bytea: (column) => `set_byte(${column}, 0, 255 - get_byte(${column}, 0))`,
  json: (column) =>
    `CASE json_typeof(${column}) WHEN 'object' THEN (${column}::jsonb || '{"forged": 1}')::json ELSE '[{"at": "2026-03-01T00:00:00.000Z", "duration_ms": 1}]'::json END`,
};

/** A value of a type where the column holds none. */
const ANY: Readonly<Record<string, string>> = {
  text: `'forged'`,
  uuid: `'00000000-0000-7000-8000-000000000001'`,
  int2: '1',
  int4: '1',
  int8: '1',
  numeric: '1',
  timestamptz: `'2026-03-01T00:00:00Z'`,
  bytea: `'\\x00'`,
  json: `'{"forged": 1}'`,
};

/** What tells kinds of rows of one table apart; each kind is deleted and forged. */
const KIND_COLUMNS: readonly string[] = ['kind', 'type', 'operation', 'entity_type', 'status'];

/** A slot stays one that there is: which of them a part of a sum is in means nothing. */
function otherOf(column: string, type: string): string {
  const other = column === 'slot' ? (slot: string) => `(${slot} + 13) % 32` : OTHER[type];
  if (other === undefined) throw new Error(`the test does not know how to change a column of type ${type}`);
  return other(`"${column}"`);
}

/** Rows of one table that the decision's list tells apart, and those of which there must be some that add up to nothing. */
const ROWS: Readonly<Record<string, readonly Readonly<{ row: string; where: string }>[]>> = {
  claim: [
    { row: 'claim', where: 'num_nonnulls(payment_id, transfer_id) > 0' },
    { row: 'claim without effect', where: 'num_nonnulls(payment_id, transfer_id) = 0' },
  ],
  tally: [{ row: 'tally', where: 'amount <> 0' }],
};

const rowsOf = (table: Table) => {
  const row = table.name.replace('public.', '');
  return (ROWS[row] ?? [{ row, where: 'true' }]).map((each) => ({ table, ...each }));
};

/**
 * Every column of a table to another value, to none and to some, two rows exchanged but for their keys, every kind of row deleted
 * and copied, and all rows deleted.
 */
function tamperingsWith({
  table: { name, columns, key },
  row,
  where: isOfRow,
}: ReturnType<typeof rowsOf>[number]): readonly Tampering<string>[] {
  const one = (where: string) =>
    `ctid = (SELECT ctid FROM ${name} WHERE ${isOfRow} AND ${where} ORDER BY ${key.join(', ')} LIMIT 1)`;
  const changes = columns.flatMap(({ name: part, type, isNullable }) => {
    const quoted = `"${part}"`;
    const set = (value: string, where: string) =>
      ({ row, part, edit: `UPDATE ${name} SET ${quoted} = ${value} WHERE ${one(where)}` }) as const;
    return [
      set(otherOf(part, type), `${quoted} IS NOT NULL`),
      ...(isNullable
        ? [set('NULL', `${quoted} IS NOT NULL`), set(ANY[type] ?? 'NULL', `${quoted} IS NULL`)]
        : []),
    ];
  });
  const kind = KIND_COLUMNS.find((each) => columns.some((column) => column.name === each));
  const kinds = kind === undefined ? [`("${key[0]}" IS NOT NULL)`] : [`"${kind}"`];
  const last = columns.find((column) => column.name === key.at(-1));
  const names = columns.map((column) => `"${column.name}"`);
  const forged = names.map((each) =>
    last !== undefined && each === `"${last.name}"` ? otherOf(last.name, last.type) : each,
  );
  const rest = names.filter((each) => !key.includes(each.slice(1, -1))).join(', ');
  const two = `ARRAY(SELECT ctid FROM ${name} WHERE ${isOfRow} ORDER BY ${key.join(', ')} LIMIT 2)`;
  return [
    ...changes,
    { row, part: 'deleted', edit: `DELETE FROM ${name} WHERE ${isOfRow}` },
    // Of parts of a sum, only what all of them add up to means anything.
    ...(rest === '' || key.includes('slot')
      ? []
      : [
          {
            row,
            part: 'exchanged',
            edit: `UPDATE ${name} AS one SET (${rest}) = (SELECT ${rest} FROM ${name} AS other
              WHERE other.ctid = ANY (${two}) AND other.ctid <> one.ctid)
              WHERE one.ctid = ANY (${two}) AND cardinality(${two}) = 2`,
          },
        ]),
    ...kinds.map((each) => ({
      row,
      part: 'deleted',
      edit: `DELETE FROM ${name} WHERE ctid = ANY (ARRAY(SELECT DISTINCT ON (${each}) ctid FROM ${name} WHERE ${isOfRow} OFFSET $n LIMIT 1))`,
    })),
    ...kinds.map((each) => ({
      row,
      part: 'copied',
      edit: `INSERT INTO ${name} (${names.join(', ')}) SELECT ${forged.join(', ')} FROM ${name}
        WHERE ctid = ANY (ARRAY(SELECT DISTINCT ON (${each}) ctid FROM ${name} WHERE ${isOfRow} OFFSET $n LIMIT 1))`,
    })),
  ];
}

describe('every column of every table on Postgres', () => {
  // One connection: what is done to the store is in its transaction, and so is what verify reads.
  let pool: ReturnType<typeof postgresPool>;
  let tables: readonly Table[];
  const exceptions = exceptionsOf('Postgres');

  beforeAll(async () => {
    const connectionString = await server.newDatabase();
    const filling = postgresStorage(postgresPool({ ...PATIENT, connectionString }));
    await everythingStored(filling);
    await filling.close();
    pool = postgresPool({ ...PATIENT, connectionString, max: 1, idleTimeoutMillis: 0 });
    await disarm(pool);
    tables = (await tablesOf(pool)).filter(({ name }) => !name.startsWith('approvals.'));
    await pool.query('BEGIN');
  });
  afterAll(() => pool.end());

  const storage = () => postgresStorage(pool);
  const verified = () => verify({ ...storage(), clock: { now: () => AFTERWARDS }, digests })(() => {});

  it('holds rows in every table, in which nothing is wrong', async () => {
    (await verified())._unsafeUnwrap();
    for (const { name } of tables)
      if (!exceptions.has(name.replace('public.', '')))
        expect((await pool.query(`SELECT FROM ${name} LIMIT 1`)).rowCount, name).toBe(1);
  });

  it('finds a migration that is noted with the hash of another file, under a seal that says so', async () => {
    await pool.query('SAVEPOINT untouched');
    const { rows } = await pool.query<AppliedRow>(
      'SELECT name, timestamp, hash, seal FROM kysely_migration ORDER BY name LIMIT 1',
    );
    const [first] = rows;
    if (first === undefined) throw new Error('nothing was applied');
    const hash = '0'.repeat(64);
    const seal = sealOfMigration({ ...first, hash });
    await pool.query('UPDATE kysely_migration SET hash = $1, seal = $2 WHERE name = $3', [
      hash,
      seal,
      first.name,
    ]);
    expect((await verified())._unsafeUnwrapErr()).toMatchObject({ id: first.name, detail: 'column hash' });
    await pool.query('ROLLBACK TO untouched');
  });

  it('holds claims of before they had traces to none', async () => {
    await pool.query('SAVEPOINT untouched');
    await pool.query('DELETE FROM claim_trace');
    expect((await verified())._unsafeUnwrapErr()).toMatchObject({ row: 'claim', fault: 'orphaned' });
    await pool.query(`CREATE OR REPLACE FUNCTION claims_traced_since() RETURNS timestamptz LANGUAGE sql STABLE
      AS $f$ SELECT '${new Date(AFTERWARDS).toISOString()}'::timestamptz $f$`);
    (await verified())._unsafeUnwrap();
    await pool.query('ROLLBACK TO untouched');
  });

  it('finds every column changed, rows exchanged, and every kind of row deleted or copied, but for what the decision lists', async () => {
    const unfound: string[] = [];
    const needed = new Set<string>();
    const tried = async (tampering: Tampering<string>, n: number): Promise<boolean> => {
      await pool.query('SAVEPOINT untouched');
      const { rowCount } = await pool.query(tampering.edit.replace('$n', `${n}`));
      if ((rowCount ?? 0) > 0) {
        const outcome = await verified();
        const name = `${tampering.row}.${tampering.part}`;
        if (outcome.isOk())
          if (isExcepted(exceptions, tampering)) needed.add(exceptions.has(name) ? name : tampering.row);
          else unfound.push(`${name}: ${tampering.edit.replace('$n', `${n}`)}`);
        else if (outcome.error.kind !== 'BadRow') throw new Error(`verify failed: ${tampering.edit}`);
      }
      await pool.query('ROLLBACK TO untouched');
      return (rowCount ?? 0) > 0;
    };
    for (const rows of tables.flatMap(rowsOf))
      for (const tampering of tamperingsWith(rows)) {
        const isEachKind = tampering.edit.includes('$n');
        for (let n = 0; (await tried(tampering, n)) && isEachKind; n += 1);
      }
    expect(unfound).toEqual([]);
    expect([...exceptions].filter((name) => !needed.has(name))).toEqual([]);
  }, 300_000);
});
