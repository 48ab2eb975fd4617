import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { postgresPool } from '../../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../../src/adapters/postgres/storage.ts';
import type { Reconciliation } from '../../../src/domain/files/reconciliation.ts';
import { progressText, reconciledText } from '../../../src/entrypoints/cli/reconcile.ts';
import { nativeFile } from '../../fixtures/files.ts';
import { addMerchants, aMerchant } from '../../fixtures/merchants.ts';
import { dataDirectory } from '../../support/cli-process.ts';
import { PATIENT, postgresServer } from '../../support/postgres-database.ts';
import { runInProcess } from '../../support/run-program.ts';

const server = await postgresServer(inject('postgresUrl'));
const dir = dataDirectory();
afterAll(async () => {
  await server.close();
  dir.remove();
});

const ROW = {
  payment_id: `pay_${'0'.repeat(32)}`,
  transaction_id: `txn_${'0'.repeat(32)}`,
  status: 'settled',
  fee: '1',
  processed_date: '2026-03-01',
  settlement_date: '2026-03-02',
  amount: '100',
  currency: 'USD',
};

describe('paywright reconcile', () => {
  it('reads a file to its end, waits for the report, and prints the record with its links, at each run anew', async () => {
    const connectionString = await server.newDatabase();
    const storage = postgresStorage(postgresPool({ ...PATIENT, connectionString }));
    await addMerchants(storage, [aMerchant('merchant-a')]);
    const file = join(dir.path, 'march.csv');
    writeFileSync(file, nativeFile([ROW, { ...ROW, fee: '1e3' }]));
    const run = (args: readonly string[] = []) =>
      runInProcess(['reconcile', file, '--merchant', 'merchant-a', ...args], {
        PAYWRIGHT_DATA_DIR: dir.path,
        STORAGE: 'postgres',
        DATABASE_URL: connectionString,
      });
    const first = await run(['--json']);
    expect([first.code, first.err]).toEqual([0, '']);
    const record = JSON.parse(first.out) as Readonly<Record<string, unknown>>;
    expect(record).toMatchObject({
      file: 'march.csv',
      status: 'completed',
      rows_total: 2,
      rows_done: 2,
      counts: { rows: 2, missing_here: 1, rejected: 1 },
      report_url: expect.stringMatching(/^\/objects\//),
      report_csv_url: expect.stringMatching(/^\/objects\//),
    });
    const again = await run(['--json']);
    expect(JSON.parse(again.out)).toMatchObject({
      id: record['id'],
      report_url: expect.stringMatching(/^\/objects\//),
    });
    const text = await run();
    expect(text.out).toContain(`${String(record['id'])}: 2 rows of march.csv\n`);
    expect(text.out).toMatch(/missing here +1\n/);
    expect(text.out).toMatch(/not in the file:\n {2}expected +0\n {2}missing there +0\n$/);
    await storage.close();
  });
});

describe('the text of what became of a file', () => {
  it('has how many of our transactions the file does not name, apart from its rows', () => {
    const counts = { ...NONE, matched: 4 };
    const absences = { expected: 2, missingThere: 3 };
    const ended = { id: 'rec_1', file: { name: 'march.csv' }, outcomes: { counts }, absences };
    const text = reconciledText(ended as unknown as Reconciliation);
    expect(text).toContain('rec_1: 4 rows of march.csv\n');
    expect(text).toMatch(/not in the file:\n {2}expected +2\n {2}missing there +3\n$/);
  });
});

const NONE = {
  matched: 0,
  matched_within_tolerance: 0,
  mismatched: 0,
  missing_here: 0,
  duplicate: 0,
  rejected: 0,
};

describe('the progress of a file', () => {
  const sent = { file: { bytes: 3_000, isGzip: false }, status: 'pending' } as const;
  const shown = (each: unknown): string => progressText(each as Reconciliation);

  it('is by bytes while its rows are counted, and by the rows alone where it is packed', () => {
    expect(shown(sent)).toBe('counting rows');
    const counted = { rows: 50_000, bytes: 1_000 };
    expect(shown({ ...sent, counted })).toBe(`[${'#'.repeat(10)}${'.'.repeat(20)}] 50000 rows counted`);
    expect(shown({ ...sent, file: { bytes: 30, isGzip: true }, counted })).toBe('50000 rows counted');
  });

  it('is by rows once they are counted, with how many of them did not match', () => {
    const counts = {
      matched: 4,
      matched_within_tolerance: 1,
      mismatched: 2,
      missing_here: 0,
      duplicate: 1,
      rejected: 2,
    };
    const running = { ...sent, status: 'processing', totals: { rows: 20 }, outcomes: { counts } };
    expect(shown(running)).toBe(`[${'#'.repeat(15)}${'.'.repeat(15)}] 10 of 20 rows, 5 not matched`);
    expect(shown({ ...running, totals: { rows: 0 } })).toContain(`[${'#'.repeat(30)}]`);
  });
});
