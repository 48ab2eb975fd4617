import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { approvalsPostgresStorage } from '../../../src/adapters/postgres/approvals/storage.ts';
import { postgresPool } from '../../../src/adapters/postgres/pool.ts';
import type { VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import type { ApprovalsStorage } from '../../../src/ports/approvals/approvals-storage.ts';
import { aCreation, aReview, aVendorId, type Made } from '../../fixtures/approvals.ts';
import { NOON } from '../../fixtures/changes.ts';
import { dataDirectory } from '../../support/cli-process.ts';
import { PATIENT, postgresServer } from '../../support/postgres-database.ts';
import { runInProcess } from '../../support/run-program.ts';

const server = await postgresServer(inject('postgresUrl'));
const dir = dataDirectory();
afterAll(async () => {
  dir.remove();
  await server.close();
});

const FLAGGED = { status: 'flagged', score: 900, reasons: [], rules: 'strict' } as const;
const [crook, honest] = [aVendorId(), aVendorId()];

let env: Readonly<Record<string, string>>;
let storage: ApprovalsStorage;
let missed: VendorPayment;
let wronged: VendorPayment;

const committed = async ({ change, payment }: Made): Promise<VendorPayment> => {
  (await storage.approvalCommits.commit(change))._unsafeUnwrap();
  return payment;
};
const fileOf = (rules: unknown): string => {
  const path = join(dir.path, 'rules.json');
  writeFileSync(path, typeof rules === 'string' ? rules : JSON.stringify(rules));
  return path;
};
const tryRules = (rules: unknown, ...options: string[]) =>
  runInProcess(['fraud', 'try', fileOf(rules), ...options], env);

beforeAll(async () => {
  const connectionString = await server.newDatabase();
  env = { PAYWRIGHT_DATA_DIR: dir.path, STORAGE: 'postgres', DATABASE_URL: connectionString };
  storage = approvalsPostgresStorage(postgresPool({ ...PATIENT, connectionString }));
  const made = (vendorId: typeof crook, minute: number, parts = {}) =>
    committed(aCreation({ vendorId, createdAt: NOON + minute * 60_000, ...parts }));
  missed = await committed(aReview(await made(crook, 0), 'fraud', NOON + 86_400_000));
  await made(crook, 1);
  wronged = await committed(aReview(await made(honest, 2, { fraud: FLAGGED }), 'legitimate'));
});
afterAll(() => storage.close());

describe('paywright fraud try', () => {
  it('says how many frauds other rules catch, and how many legitimate payments they hold up', async () => {
    const { code, out, err } = await tryRules({ version: '2026-12', block: [crook] }, '--json');
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toEqual({
      rules: '2026-12',
      fraud: { payments: 1, wereFlagged: 0, wouldBeFlagged: 1 },
      legitimate: { payments: 1, wereFlagged: 1, wouldBeFlagged: 0 },
      unknown: { payments: 1, wereFlagged: 0, wouldBeFlagged: 1 },
    });
    const text = await tryRules({ version: '2026-12', block: [crook] });
    expect(text.out).toContain('1 of 1 frauds would be caught, 0 of 1 legitimate payments held up.');
  });

  it('lists each payment that they judge otherwise, and with what it turned out to be', async () => {
    const { out } = await tryRules({ version: '2026-12', block: [crook] }, '--json', '--list');
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toHaveLength(4);
    expect(lines[0]).toEqual({
      paymentId: missed.id,
      vendorId: crook,
      amountCents: Number(missed.amount.minorUnits),
      was: 'low_risk',
      would: 'flagged',
      outcome: 'fraud',
    });
    expect(lines[2]).toMatchObject({
      paymentId: wronged.id,
      was: 'flagged',
      would: 'low_risk',
      outcome: 'legitimate',
    });
    const text = await tryRules({ version: '2026-12', block: [crook] }, '--list');
    expect(text.out).toMatch(new RegExp(`^${missed.id} .* low_risk -> flagged  fraud$`, 'm'));
  });

  it('takes what a file leaves out as by default, and changes nothing', async () => {
    const before = (await storage.vendorPayments.list({}, { order: 'oldest', limit: 10 }))._unsafeUnwrap();
    const { out } = await tryRules({ version: 'x', newPayee: { points: 700 } }, '--json');
    expect(JSON.parse(out)).toMatchObject({
      fraud: { wouldBeFlagged: 1 },
      unknown: { wouldBeFlagged: 0 },
      legitimate: { wouldBeFlagged: 1 },
    });
    const after = (await storage.vendorPayments.list({}, { order: 'oldest', limit: 10 }))._unsafeUnwrap();
    expect(after).toEqual(before);
  });

  it.each([
    ['no JSON', 'must be JSON'],
    [{}, 'version'],
    ['{"version": "x", "version": "y"}', 'version: is given twice'],
    ['{"version": "x", "velocity": {"points": 1, "points": 900}}', 'velocity.points: is given twice'],
    [{ version: 'a b' }, 'version: must be 1 to 64 letters'],
    [{ version: '1', block: ['x'] }, 'block.0: must be a UUID'],
    [{ version: '1', velocity: { points: 1 } }, 'velocity.windowHours'],
    [{ version: '1', newPayee: { points: 1_001 } }, 'newPayee.points'],
    [{ version: '1', newPayees: {} }, 'newPayees'],
  ])('refuses %j, and says why', async (rules, why) => {
    const { code, out, err } = await tryRules(rules);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(why)]);
  });

  it('refuses a file that is not there', async () => {
    const { code, err } = await runInProcess(['fraud', 'try', join(dir.path, 'none.json')], env);
    expect([code, err]).toEqual([2, expect.stringContaining('there is no such file')]);
  });
});
