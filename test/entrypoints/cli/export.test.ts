import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { postgresPool } from '../../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../../src/adapters/postgres/storage.ts';
import { aMerchantId, anOpening, aSuccess } from '../../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../../fixtures/merchants.ts';
import { dataDirectory } from '../../support/cli-process.ts';
import { readCsv } from '../../support/csv-reader.ts';
import { PATIENT, postgresServer } from '../../support/postgres-database.ts';
import { runInProcess } from '../../support/run-program.ts';

const server = await postgresServer(inject('postgresUrl'));
const dir = dataDirectory();
const folder = mkdtempSync(join(tmpdir(), 'paywright-export-'));
afterAll(async () => {
  await server.close();
  dir.remove();
  rmSync(folder, { recursive: true, force: true });
});

const MERCHANT = ['--merchant', 'merchant-a'];
const run = (args: readonly string[], env: Readonly<Record<string, string>> = { STORAGE: 'memory' }) =>
  runInProcess(['export', ...args], { PAYWRIGHT_DATA_DIR: dir.path, ...env });

describe('paywright export', () => {
  it('writes the file that the filter asks for, whole and closed to others, and says what is in it', async () => {
    const connectionString = await server.newDatabase();
    const storage = postgresStorage(postgresPool({ ...PATIENT, connectionString }));
    const merchantId = aMerchantId('merchant-a');
    await addMerchants(storage, [aMerchant('merchant-a')]);
    for (const [currency, day] of [
      ['USD', 1],
      ['USD', 2],
      ['EUR', 2],
    ] as const) {
      const opening = anOpening({ merchantId, currency, createdAt: Date.UTC(2026, 2, day, 12) });
      (await storage.commits.commit(opening.change))._unsafeUnwrap();
      (await storage.commits.commit(aSuccess(opening)))._unsafeUnwrap();
    }
    const env = { STORAGE: 'postgres', DATABASE_URL: connectionString };
    const file = join(folder, 'payments.csv');
    expect(await run([...MERCHANT, '--output', file], env)).toEqual({
      code: 0,
      out: `3 rows in ${file}\n`,
      err: '',
    });
    expect(readCsv(readFileSync(file, 'utf8'))).toHaveLength(4);
    expect(statSync(file).mode & 0o777).toBe(0o600);

    const packed = join(folder, 'journal.jsonl.gz');
    const since = ['--since', '2026-03-02', '--until', '2026-03-02', '--currency', 'USD'];
    const terms = ['--kind', 'journal', '--format', 'json', '--gzip', '--json'];
    const { code, out } = await run([...MERCHANT, ...since, ...terms, '--output', packed], env);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ rows: 2, bytes: statSync(packed).size, file: packed });
    const rows = gunzipSync(readFileSync(packed)).toString().trim().split('\n');
    expect(rows.map((row) => JSON.parse(row) as object)).toMatchObject([
      { date: '2026-03-02', account: 'available', currency: 'USD' },
      { date: '2026-03-02', account: 'processor', currency: 'USD' },
    ]);
    expect(readdirSync(folder).toSorted()).toEqual(['journal.jsonl.gz', 'payments.csv']);
    const started = (await storage.aggregates.list(merchantId, 'export', { limit: 9 }))._unsafeUnwrap();
    expect(started.map(({ status }) => status)).toEqual(['completed', 'completed']);
    await storage.close();
  });

  it('says that there is no such merchant, and orders nothing', async () => {
    const { code, err } = await run(MERCHANT);
    expect([code, err]).toEqual([1, 'paywright: there is no such merchant\n']);
  });

  it('refuses an output without a name before anything is ordered', async () => {
    const { code, err } = await run([...MERCHANT, '--output', '']);
    expect([code, err]).toEqual([2, 'paywright: an output has a name\n']);
  });

  it('refuses an output in a folder where no file can be made, before anything is ordered', async () => {
    const { code, err } = await run([...MERCHANT, '--output', '/proc/x.csv']);
    expect(code).toBe(2);
    expect(err).toMatch(/^paywright: \/proc\/x\.csv cannot be written: E[A-Z]+\n$/);
  });

  it('takes the place of no directory, device or pipe, and leaves nothing beside one', async () => {
    const inside = mkdtempSync(join(folder, 'taken-'));
    for (const [taken, says] of [
      [inside, 'is a directory'],
      ['/dev/null', 'is no file'],
      [join(inside, 'nowhere', 'x.csv'), 'cannot be written: ENOENT'],
    ] as const) {
      const { code, err } = await run([...MERCHANT, '--output', taken]);
      expect([code, err]).toEqual([2, `paywright: ${taken} ${says}\n`]);
    }
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    expect(readdirSync(inside)).toEqual([]);
    rmSync(inside, { recursive: true });
  });

  it.each([
    [['--merchant', 'a b'], '--merchant takes'],
    [[...MERCHANT, '--currency', 'usd'], '--currency takes'],
    [[...MERCHANT, '--currency', 'USD', '--kind', 'audit'], 'no filter of audit'],
    [[...MERCHANT, '--since', '2026-02-30'], '--since takes'],
    [[...MERCHANT, '--until', 'today'], '--until takes'],
    [[...MERCHANT, '--since', '2026-03-02', '--until', '2026-03-01'], 'must not be after'],
    [[...MERCHANT, '--kind', 'customers'], 'customers'],
    [[], '--merchant'],
  ])('refuses %j', async (args, says) => {
    const { code, err } = await run(args);
    expect(code).toBe(2);
    expect(err).toContain(says);
  });
});
