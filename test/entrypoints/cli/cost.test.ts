import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PRICES } from '../../../src/domain/cost/prices.ts';
import { dataDirectory } from '../../support/cli-process.ts';
import { runInProcess } from '../../support/run-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'paywright-prices-'));
const dir = dataDirectory();
afterAll(() => {
  dir.remove();
  rmSync(folder, { recursive: true, force: true });
});

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runInProcess(['cost', ...args], { PAYWRIGHT_DATA_DIR: dir.path, ...env });

const written = (prices: unknown): string => {
  const path = join(folder, 'prices.json');
  writeFileSync(path, typeof prices === 'string' ? prices : JSON.stringify(prices));
  return path;
};

const CLASSIC =
  '--preset classic-2024 --transactions-per-month 1000000 --queries-per-transaction 5.2 --retention-days 90'.split(
    ' ',
  );

describe('paywright cost', () => {
  it('reproduces the 14.19 of classic-2024, as JSON and for people', async () => {
    const json = await run([...CLASSIC, '--json']);
    expect([json.code, json.err]).toEqual([0, '']);
    expect(JSON.parse(json.out)).toMatchObject({
      preset: 'classic-2024',
      monthly_total: 14.19,
      yearly_total: 170.25,
      items: { writes: { monthly: 3.75 }, reads: { monthly: 1.3 } },
      recommendations: expect.any(Array),
    });
    const text = await run(CLASSIC);
    expect(text.out).toMatch(/^total +14\.19 /m);
    expect(text.out).toMatch(/^1\. saves \d+\.\d\d a month\. /m);
  });

  it('needs no configuration, and none that is wrong stops it', async () => {
    expect(await run([], { STORAGE: 'floppy' })).toMatchObject({ code: 0, err: '' });
  });

  it('takes prices from a file', async () => {
    const here = { ...PRICES.regions['us-east-1'], write_requests: '1000' };
    const file = written({ as_of: '2027-01-01', source: 'a contract', regions: { here } });
    const { out } = await run(['--region', 'here', '--prices', file, '--json']);
    expect(JSON.parse(out)).toMatchObject({
      region: 'here',
      prices_as_of: '2027-01-01',
      prices_source: 'a contract',
    });
    expect(JSON.parse(out).monthly_total).toBeGreaterThan(1_000);
  });

  it('opens the storage for a merchant’s own usage', async () => {
    expect(await run(['--merchant', 'absent'], { STORAGE: 'memory' })).toMatchObject({
      code: 1,
      err: 'paywright: there is no such merchant\n',
    });
    expect(await run(['--merchant', 'absent'], { STORAGE: 'floppy' })).toMatchObject({ code: 78 });
  });

  const file = join(folder, 'prices.json');
  const table = { as_of: '2027-01-01', source: 's', regions: { r: PRICES.regions['eu-west-1'] } };
  it.each([
    [['--transactions-per-month', '1e6'], '--transactions-per-month must be a whole number'],
    [['--transactions-per-month', '1000000001'], '--transactions-per-month must be at most 1000000000'],
    [['--queries-per-transaction', '-1'], '--queries-per-transaction must be a decimal'],
    [['--queries-per-transaction', '10000.1'], '--queries-per-transaction must be at most 10000'],
    [['--retention-days', '36501'], '--retention-days must be at most 36500'],
    [['--regions', '0'], '--regions must be at least 1'],
    [['--utilisation', '101'], '--utilisation must be at most 100'],
    [['--merchant', 'a b'], '--merchant must be the id of a merchant'],
    [
      ['--merchant', 'm', '--transactions-per-month', '1'],
      '--transactions-per-month must not stand beside merchant_id',
    ],
    [
      ['--region', 'mars-1'],
      'there are no prices of mars-1; there are of us-east-1, eu-west-1, eu-central-1',
    ],
    [['--preset', 'classic-2024', '--region', 'eu-west-1'], 'there are of us-east-1'],
    [['--prices', join(folder, 'absent.json')], 'there is no file'],
    [['--prices', file], 'prices.json is no JSON', '{'],
    [
      ['--prices', file],
      'prices.json: as_of: is given twice',
      '{"as_of": "2027-01-01", "as_of": "2026-01-01"}',
    ],
    [['--prices', file], 'as_of: must be a day', { ...table, as_of: '2027' }],
    [['--prices', file], 'as_of: must be a day that there is', { ...table, as_of: '2026-02-31' }],
    [
      ['--prices', file],
      'regions: r: write_requests: must be above 0',
      { ...table, regions: { r: { ...table.regions.r, write_requests: '0.000' } } },
    ],
    [
      ['--prices', file],
      'regions.__proto__: is not a name that is taken here',
      `{"as_of": "2027-01-01", "source": "s", "regions": {"__proto__": ${JSON.stringify(table.regions.r)}}}`,
    ],
    [['--prices', file], 'regions: must be an object', { ...table, regions: [] }],
    [
      ['--prices', file],
      'write_requests: must be a decimal',
      { ...table, regions: { r: { ...table.regions.r, write_requests: '-1' } } },
    ],
  ])('refuses %j: %s', async (args, says, prices?: unknown) => {
    if (prices !== undefined) written(prices);
    const { code, out, err } = await run(args, { STORAGE: 'memory' });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(says);
  });
});
