import { afterAll, describe, expect, inject, it } from 'vitest';
import { postgresPool } from '../../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../../src/adapters/postgres/storage.ts';
import { missingKey } from '../../../src/domain/files/exception.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import { anException, committedException } from '../../fixtures/exceptions.ts';
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

const MERCHANT = ['--merchant', 'merchant-a'];
const run = (args: readonly string[], env: Readonly<Record<string, string>> = { STORAGE: 'memory' }) =>
  runInProcess(['exceptions', ...args], { PAYWRIGHT_DATA_DIR: dir.path, ...env });

describe('paywright exceptions', () => {
  it('lists what is open, resolves it, and leaves what is above the limit to a person', async () => {
    const connectionString = await server.newDatabase();
    const storage = postgresStorage(postgresPool({ ...PATIENT, connectionString }));
    await addMerchants(storage, [aMerchant('merchant-a', { resolutionLimits: { USD: 50n } })]);
    const now = Date.now();
    const { difference: _, row: __, ...missing } = anException({ type: 'missing_there', createdAt: now - 1 });
    const [small, large] = [
      anException({ createdAt: now - 2 }),
      anException({ createdAt: now - 3, amount: money(51n, 'USD') }),
    ];
    await committedException(storage, missing, undefined, [missingKey(`txn_${'0'.repeat(32)}` as never)]);
    await committedException(storage, small);
    await committedException(storage, large);

    const env = { STORAGE: 'postgres', DATABASE_URL: connectionString };
    const listed = await run(['list', ...MERCHANT], env);
    expect([listed.code, listed.out.split('\n').map((line) => line.slice(0, 36))]).toEqual([
      0,
      [missing.id, small.id, large.id, ''],
    ]);
    const json = await run(['list', ...MERCHANT, '--kind', 'mismatched', '--limit', '1', '--json'], env);
    expect(JSON.parse(json.out)).toMatchObject({ items: [{ id: small.id, age: '<1d' }], more: true });

    const ignore = [...MERCHANT, '--action', 'ignore', '--reason', 'a test row'];
    const resolved = await run(['resolve', small.id, ...ignore, '--json'], env);
    expect(JSON.parse(resolved.out)).toMatchObject({
      status: 'ignored',
      resolution: { reason: 'a test row', by: 'paywright exceptions' },
    });
    expect(await run(['resolve', small.id, ...ignore], env)).toMatchObject({
      code: 1,
      err: 'paywright: the exception has ended\n',
    });
    expect(await run(['resolve', large.id, ...ignore], env)).toEqual({
      code: 0,
      out: `${large.id} waits for a person to confirm it\n`,
      err: '',
    });
    const left = await run(['list', ...MERCHANT, '--json'], env);
    expect(JSON.parse(left.out)).toMatchObject({ items: [{ id: missing.id }], more: false });
    await storage.close();
  });

  const id = `exc_${'0'.repeat(32)}`;
  const why = ['--reason', 'r'];
  it.each([
    [['list', '--merchant', 'a b'], '--merchant takes'],
    [['resolve', 'pay_1', ...MERCHANT, '--action', 'ignore', ...why], 'begins with exc_'],
    [['resolve', id, ...MERCHANT, '--action', 'link', ...why], 'link needs --transaction'],
    [['resolve', id, ...MERCHANT, '--action', 'expect_later', '--until', 'soon', ...why], 'RFC 3339'],
    [['resolve', id, ...MERCHANT, '--action', 'ignore', '--until', '2026-03-01T00:00:00Z', ...why], 'alone'],
    [['resolve', id, ...MERCHANT, '--action', 'ignore', '--reason', ' '], '--reason takes'],
    [['resolve', id, ...MERCHANT, '--action', 'erase', ...why], 'Allowed choices'],
  ])('%j is refused as a command line', async (args, says) => {
    const refused = await run(args);
    expect([refused.code, refused.out]).toEqual([2, '']);
    expect(refused.err).toContain(says);
  });
});
