import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { postgresPool } from '../../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../../src/adapters/postgres/storage.ts';
import { aBusyStore } from '../../support/busy-store.ts';
import { dataDirectory, runCli } from '../../support/cli-process.ts';
import { postgresServer } from '../../support/postgres-database.ts';

const server = await postgresServer(inject('postgresUrl'));
const dir = dataDirectory();
afterAll(async () => {
  dir.remove();
  await server.close();
});

let env: Readonly<Record<string, string>>;
let sound: string;
let edited: string;
let declined: string;
beforeAll(async () => {
  env = { PAYWRIGHT_DATA_DIR: dir.path, STORAGE: 'postgres' };
  [sound, edited] = [await server.newDatabase(), await server.newDatabase()];
  for (const connectionString of [sound, edited]) {
    const storage = postgresStorage(postgresPool({ connectionString }));
    ({ declined } = await aBusyStore(storage));
    await storage.close();
  }
  const hand = new pg.Client({ connectionString: edited });
  await hand.connect();
  await hand.query(`UPDATE audit_entry SET action = 'x' WHERE entity_id = $1 AND sequence = 2`, [declined]);
  await hand.end();
});

const linesOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

it('says what it looked at and ends with 0 where nothing is wrong', async () => {
  const { code, stdout, stderr } = await runCli(['verify'], { ...env, DATABASE_URL: sound });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(
    'nothing is wrong: 2 merchants, 5 payments, 9 transactions, 3 other entities, 34 audit entries, 10 ledger entries\n',
  );
});

it('says the same as a JSON line', async () => {
  const { code, stdout } = await runCli(['verify', '--json'], { ...env, DATABASE_URL: sound });
  expect(code).toBe(0);
  expect(linesOf(stdout).at(-1)).toEqual({
    event: 'verified',
    merchants: 2,
    payments: 5,
    transactions: 9,
    aggregates: 3,
    links: 34,
    ledger_entries: 10,
    unsettled: [],
  });
});

it('ends with 1 and names the first finding', async () => {
  const { code, stdout, stderr } = await runCli(['verify'], { ...env, DATABASE_URL: edited });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toBe(`paywright: bad row: payment ${declined} of merchant-a: link 2 was edited\n`);
});

it('names it on a JSON line too', async () => {
  const { code, stdout } = await runCli(['verify', '--json'], { ...env, DATABASE_URL: edited });
  expect(code).toBe(1);
  expect(linesOf(stdout).at(-1)).toEqual({
    event: 'bad_row',
    merchant_id: 'merchant-a',
    row: 'payment',
    id: declined,
    sequence: 2,
    fault: 'edited',
  });
});

it('ends with 69 where the store does not answer', async () => {
  const { code, stderr } = await runCli(['verify'], { ...env, DATABASE_URL: 'postgres://x@127.0.0.1:1/x' });
  expect({ code, stderr }).toEqual({ code: 69, stderr: 'paywright: postgres does not answer\n' });
});

it('explains itself and its exit codes', async () => {
  const { code, stdout } = await runCli(['verify', '--help']);
  expect(code).toBe(0);
  for (const part of ['Usage: paywright verify', 'Examples:', 'Exit codes:', '69', '--json'])
    expect(stdout).toContain(part);
});
