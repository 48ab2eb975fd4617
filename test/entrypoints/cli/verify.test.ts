import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { approvalsPostgresStorage } from '../../../src/adapters/postgres/approvals/storage.ts';
import { postgresPool } from '../../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../../src/adapters/postgres/storage.ts';
import { aBusyApprovalsStore } from '../../support/busy-approvals.ts';
import { aBusyStore } from '../../support/busy-store.ts';
import { dataDirectory, runCli } from '../../support/cli-process.ts';
import { PATIENT, postgresServer } from '../../support/postgres-database.ts';

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
let approvalsEdited: string;
let completed: string;
beforeAll(async () => {
  env = { PAYWRIGHT_DATA_DIR: dir.path, STORAGE: 'postgres' };
  [sound, edited, approvalsEdited] = [
    await server.newDatabase(),
    await server.newDatabase(),
    await server.newDatabase(),
  ];
  for (const connectionString of [sound, approvalsEdited]) {
    const approvals = approvalsPostgresStorage(postgresPool({ ...PATIENT, connectionString }));
    ({ completed } = await aBusyApprovalsStore(approvals));
    await approvals.close();
  }
  const other = new pg.Client({ connectionString: approvalsEdited });
  await other.connect();
  await other.query(
    `UPDATE approvals.payment_audit_log SET actor_id = 'x' WHERE payment_id = $1 AND sequence = 2`,
    [completed],
  );
  await other.end();
  for (const connectionString of [sound, edited]) {
    const storage = postgresStorage(postgresPool({ ...PATIENT, connectionString }));
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
    'nothing is wrong: 2 merchants, 5 payments, 9 transactions, 3 other entities, 34 audit entries, 10 ledger entries\n' +
      'nothing is wrong in approvals: 9 payments, 24 audit entries, 3 refusals and released events, 28 events that wait, 6 claims\n',
  );
});

it('says the same as a JSON line', async () => {
  const { code, stdout } = await runCli(['verify', '--json'], { ...env, DATABASE_URL: sound });
  expect(code).toBe(0);
  // A slow machine says in between how far it is.
  const [platform, approvals] = linesOf(stdout).filter(({ event }) => event !== 'progress');
  expect(approvals).toEqual({
    event: 'verified',
    service: 'approvals',
    payments: 9,
    links: 24,
    refusals: 3,
    events: 28,
    claims: 6,
  });
  expect(platform).toEqual({
    event: 'verified',
    rows: expect.any(Number) as number,
    merchants: 2,
    payments: 5,
    transactions: 9,
    aggregates: 3,
    links: 34,
    ledger_entries: 10,
    unsettled: [],
  });
});

it('ends with 1 and names the first finding, and looks at approvals all the same', async () => {
  const { code, stdout, stderr } = await runCli(['verify'], { ...env, DATABASE_URL: edited });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^nothing is wrong in approvals: 0 payments/);
  expect(stderr).toBe(`paywright: bad row: payment ${declined} of merchant-a: link 2 was edited\n`);
});

it('names it on a JSON line too', async () => {
  const { code, stdout } = await runCli(['verify', '--json'], { ...env, DATABASE_URL: edited });
  expect(code).toBe(1);
  expect(linesOf(stdout).find(({ event }) => event === 'bad_row')).toEqual({
    event: 'bad_row',
    merchant_id: 'merchant-a',
    row: 'payment',
    id: declined,
    sequence: 2,
    fault: 'edited',
  });
});

it('ends with 1 and names the first finding in approvals, after the platform was looked at', async () => {
  const { code, stdout, stderr } = await runCli(['verify'], { ...env, DATABASE_URL: approvalsEdited });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: `paywright: bad row: vendor payment ${completed} of approvals: link 2 was edited\n`,
  });
  expect(stdout).toMatch(/^nothing is wrong: 0 merchants/);
  const { stdout: lines } = await runCli(['verify', '--json'], { ...env, DATABASE_URL: approvalsEdited });
  expect(linesOf(lines).at(-1)).toEqual({
    event: 'bad_row',
    service: 'approvals',
    row: 'vendor_payment',
    id: completed,
    sequence: 2,
    fault: 'edited',
  });
});

it('says that approvals in memory were not looked at', async () => {
  const { code, stdout, stderr } = await runCli(['verify'], {
    ...env,
    DATABASE_URL: sound,
    APPROVALS_STORAGE: 'memory',
  });
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr:
      'paywright: approvals are in the memory of the process that serves them, and were not looked at\n',
  });
  expect(stdout).not.toContain('approvals');
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
