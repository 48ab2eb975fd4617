import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { startDynamoDbEngine } from '../../../src/adapters/embedded/dynamodb-engine.ts';
import { readHeads } from '../../../src/application/integrity/read-heads.ts';
import { NO_HEADS } from '../../../src/application/kernel/heads.ts';
import type { PaymentId } from '../../../src/domain/kernel/ids.ts';
import { headsText } from '../../../src/entrypoints/cli/heads-file.ts';
import { NOON } from '../../fixtures/changes.ts';
import { aBusyApprovalsStore } from '../../support/busy-approvals.ts';
import { aBusyStore, busyUseCases } from '../../support/busy-store.ts';
import { dataDirectory } from '../../support/cli-process.ts';
import { type BackedUp, dynamoDbBackups, postgresBackups } from '../../support/restored-backup.ts';
import { runInProcess } from '../../support/run-program.ts';
import { rewriteHistory } from '../../support/tampering/rewritten-history.ts';
import { change, type Hand } from '../../support/tampering/tampering.ts';

const AN_HOUR_MS = 3_600_000;
const dir = dataDirectory();
const folder = mkdtempSync(join(tmpdir(), 'paywright-backup-'));
const file = join(folder, 'heads.json');
const engine = await startDynamoDbEngine({});
const postgres = await postgresBackups();
const BACKUPS = { postgres, dynamodb: dynamoDbBackups(engine.url) } as const;
afterAll(async () => {
  await Promise.all([postgres.close(), engine.stop()]);
  dir.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** The heads of a system in which nothing has happened. */
const NOTHING = headsText({ until: NOON, merchants: new Map(), approvals: NO_HEADS });

type Env = Readonly<Record<string, string>>;
const running = (env: Env, ...args: readonly string[]) =>
  runInProcess(['backup', ...args], { PAYWRIGHT_DATA_DIR: dir.path, ...env });

type Stored = Readonly<{ links: number; payment: PaymentId }>;

describe.each(['postgres', 'dynamodb'] as const)('a backup restored on %s', (kind) => {
  let live: BackedUp;
  let early: BackedUp;
  let whole: BackedUp;
  let stored: Stored;
  const heads = join(folder, `${kind}.json`);
  const checking = (backup: BackedUp, ...more: readonly string[]) =>
    running(backup.env, 'check', '--heads', heads, ...more);

  beforeAll(async () => {
    live = await BACKUPS[kind].empty();
    let open = await live.open();
    const { declined: payment } = await aBusyStore(open.platform.storage);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - AN_HOUR_MS });
    await aBusyApprovalsStore(open.approvals);
    vi.useRealTimers();
    await open.close();
    early = await live.restored();
    open = await live.open();
    await busyUseCases(open.platform.storage).pay('merchant-b', 4_000n);
    const links = await open.platform.hand().then((hand) => hand.rows('link'));
    stored = { links: links.length, payment };
    await open.close();
    const { code, out, err } = await running(live.env, 'heads');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    writeFileSync(heads, out);
    whole = await live.restored();
  });

  /** What is said of the whole backup once a hand was in it, which then puts all back. */
  async function afterHand(act: (hand: Hand, stored: Stored) => Promise<unknown>) {
    const open = await whole.open();
    const hand = await open.platform.hand();
    await act(hand, stored);
    const said = await checking(whole);
    await hand.restore();
    await open.close();
    return said;
  }

  it('is whole when it holds all that the heads speak of', async () => {
    const { code, out, err } = await checking(whole);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`the backup is whole: 2 merchants' ${stored.links} audit entries and `);
  });

  it('is older when it is of before: the merchants that went on are named, and by how much', async () => {
    const { code, err } = await checking(early);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^paywright: merchant-b: \d+ of \d+ audit entries are there, 3 are missing; the newest is of 2026-/,
    );
    expect(err).not.toContain('merchant-a');
    expect(err).toMatch(/the backup is sound, and older than the heads[^\n]*\n$/);
  });

  it('says the same as JSON lines', async () => {
    const { code, out } = await checking(early, '--json');
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
    expect(code).toBe(1);
    expect(lines.filter(({ event }) => event !== 'progress' && event !== 'verified')).toMatchObject([
      { event: 'difference', merchant_id: 'merchant-b', fault: 'shorter' },
      { event: 'backup', verdict: 'older' },
    ]);
  });

  it('is altered where a history was rewritten so that all of it agrees', async () => {
    const { code, err } = await afterHand((hand, { payment }) => rewriteHistory(hand, payment));
    expect(code).toBe(1);
    expect(err).toMatch(/paywright: merchant-a: its \d+ audit entries are not those that there were\n/);
    expect(err).toContain('the backup agrees with itself, and is not what there was\n');
  });

  it('is not sound where a part was not restored', async () => {
    const { code, err } = await afterHand((hand) =>
      change(hand, 'entry', (entry) => (entry.merchantId === 'merchant-b' ? undefined : entry)),
    );
    expect(code).toBe(1);
    expect(err).toContain('paywright: bad row: ');
    expect(err).toMatch(/paywright: merchant-b: 0 ledger entries, there were 3; USD available is 0, was \d+/);
    expect(err).toContain('the backup is not sound: half restored, or changed by hand\n');
  });

  it('is older by all that there was when nothing was restored', async () => {
    const { code, err } = await checking(await BACKUPS[kind].empty());
    expect(code).toBe(1);
    expect(err).toContain('merchant-a: 0 of ');
    expect(err).toContain('approvals: 0 of 27 audit entries are there, 27 are missing\n');
  });

  it('has the heads of then, however the system went on', async () => {
    const open = await (await live.restored()).open();
    const read = () => readHeads(open.platform.storage)(NOON + 10_000);
    const before = (await read())._unsafeUnwrap();
    const { clock, pay } = busyUseCases(open.platform.storage);
    while (clock.now() < NOON + 10_000);
    await pay('merchant-a', 100n);
    expect((await read())._unsafeUnwrap()).toEqual(before);
    expect([...before.keys()]).toEqual(['merchant-a', 'merchant-b']);
    await open.close();
  });
});

describe('backup', () => {
  it.each(['heads', 'check'])('%s refuses what is kept in memory', async (command) => {
    const options = command === 'check' ? ['--heads', file] : [];
    const { code, out, err } = await running({ STORAGE: 'memory' }, command, ...options);
    expect({ code, out }).toEqual({ code: 78, out: '' });
    expect(err).toContain('has no backup');
  });

  it.each([
    ['is not there', undefined, 'cannot be read: ENOENT'],
    ['is cut', '{\n  "paywright_heads": 1,\n', 'is no whole file of'],
    ['has a name twice', '{"paywright_heads":1,"paywright_heads":1}\n', 'paywright_heads: is given twice'],
    ['is something else', '{"paywright_checkpoint":1}\n', 'is no whole file of'],
  ] as const)('check ends with 2 before it looks at anything when the file %s', async (_, text, says) => {
    rmSync(file, { force: true });
    if (text !== undefined) writeFileSync(file, text);
    const env = { STORAGE: 'postgres', DATABASE_URL: 'postgres://127.0.0.1:1/none' };
    const { code, out, err } = await running(env, 'check', '--heads', file);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(says);
  });

  const elsewhere = (parts: object) => {
    const url = Object.assign(new URL(inject('postgresUrl')), parts).href;
    return { STORAGE: 'postgres', DATABASE_URL: url };
  };
  it.each([
    [
      'a database that is not there',
      () => elsewhere({ pathname: '/absent' }),
      'database "absent" does not exist',
    ],
    ['a login that is none', () => elsewhere({ username: 'stranger', password: 'x' }), '"stranger"'],
  ])('check and verify know nothing of %s, and end with 69', async (_, env, says) => {
    writeFileSync(file, NOTHING);
    for (const command of [['backup', 'check', '--heads', file], ['verify']]) {
      const { code, out, err } = await runInProcess(command, { PAYWRIGHT_DATA_DIR: dir.path, ...env() });
      expect({ code, out }).toEqual({ code: 69, out: '' });
      expect(err).toContain(says);
    }
    expect(await running(env(), 'heads')).toMatchObject({ code: 1, out: '' });
  });

  it.each([
    ['the notes on migrations', 'DROP TABLE kysely_migration'],
    ['one of the notes', "DELETE FROM kysely_migration WHERE name LIKE '002-%'"],
    ['the notes of approvals', 'DROP TABLE approvals.migration'],
    ['the table of payments', 'DROP TABLE payment CASCADE'],
    ['the audit trail', 'DROP TABLE audit_entry CASCADE'],
    [
      'the key of claims, as one that was cut behind its rows',
      'ALTER TABLE claim DROP CONSTRAINT claim_pkey',
    ],
    ['a trigger of approvals', 'DROP TRIGGER payment_approvals_not_by_maker ON approvals.payment_approvals'],
  ])('check calls a backup without %s not sound, and says what is missing', async (_, lose) => {
    writeFileSync(file, NOTHING);
    const { env } = await postgres.empty();
    const client = new pg.Client({ connectionString: env['DATABASE_URL'] });
    await client.connect();
    await client.query(lose);
    await client.end();
    const { code, err } = await running(env, 'check', '--heads', file);
    expect(code).toBe(1);
    expect(err).toMatch(/^paywright: (the tables are not those of the migrations that are noted|bad row): /);
    expect(err).toMatch(/paywright: the backup is not sound: half restored, or changed by hand\n$/);
    const { code: ended, out } = await running(env, 'check', '--heads', file, '--json');
    expect(ended).toBe(1);
    expect(JSON.parse(out.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      event: 'backup',
      verdict: 'not_sound',
    });
    expect(await runInProcess(['verify'], { PAYWRIGHT_DATA_DIR: dir.path, ...env })).toMatchObject({
      code: 1,
    });
  });
});
