import { afterAll, describe, expect, inject, it } from 'vitest';
import { approvalsDynamodbStorage } from '../../../src/adapters/dynamodb/approvals/storage.ts';
import { dynamodbStorage } from '../../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../../src/adapters/embedded/dynamodb-engine.ts';
import { approvalsPostgresStorage } from '../../../src/adapters/postgres/approvals/storage.ts';
import { postgresPool } from '../../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../../src/adapters/postgres/storage.ts';
import type { ApprovalsStorage } from '../../../src/ports/approvals/approvals-storage.ts';
import { OUTBOX_SHARDS } from '../../../src/ports/outbox.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { aCreation } from '../../fixtures/approvals.ts';
import { anOpening, NOON } from '../../fixtures/changes.ts';
import { dataDirectory } from '../../support/cli-process.ts';
import { freshTable } from '../../support/dynamodb-tables.ts';
import { PATIENT, postgresServer } from '../../support/postgres-database.ts';
import { runInProcess } from '../../support/run-program.ts';

const [server, engine] = await Promise.all([postgresServer(inject('postgresUrl')), startDynamoDbEngine({})]);
const dir = dataDirectory();
afterAll(async () => {
  await Promise.all([server.close(), engine.stop()]);
  dir.remove();
});

type Env = Readonly<Record<string, string>>;
type Placed = Readonly<{ env: Env; platform: Storage; approvals: ApprovalsStorage }>;

/** The settings of an empty installation, and its two storages as a process beside it opens them. */
const PLACES: Readonly<Record<string, () => Promise<Placed>>> = {
  async postgres() {
    const connectionString = await server.newDatabase();
    return {
      env: { STORAGE: 'postgres', DATABASE_URL: connectionString },
      platform: postgresStorage(postgresPool({ ...PATIENT, connectionString })),
      approvals: approvalsPostgresStorage(postgresPool({ ...PATIENT, connectionString })),
    };
  },
  async dynamodb() {
    const place = await freshTable(engine.url);
    const { table } = place;
    return {
      env: { STORAGE: 'dynamodb', DYNAMODB_ENDPOINT: engine.url, DYNAMODB_TABLE: table },
      platform: dynamodbStorage(place),
      approvals: approvalsDynamodbStorage(place),
    };
  },
};

const run = (args: readonly string[], env: Env) =>
  runInProcess(args, { PAYWRIGHT_DATA_DIR: dir.path, ...env });

const EVERY_SHARD = Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard);

/** Writes events of both services and parks one of each; gives the ids of those two. */
async function parkOneOfEach({ platform, approvals }: Placed) {
  (await platform.commits.commit(anOpening({ createdAt: NOON }).change))._unsafeUnwrap();
  (await platform.commits.commit(anOpening({ createdAt: NOON + 1 }).change))._unsafeUnwrap();
  (await approvals.approvalCommits.commit(aCreation({ createdAt: NOON }).change))._unsafeUnwrap();
  const [payment] = (await platform.outbox.next(EVERY_SHARD, NOON, 10))._unsafeUnwrap();
  const [approval] = (await approvals.outbox.next(EVERY_SHARD, NOON, 10))._unsafeUnwrap();
  if (payment === undefined || approval === undefined) throw new Error('no event was written');
  (await platform.outbox.failed({ ...payment, tries: 4 }, 'too odd', 'parked'))._unsafeUnwrap();
  (await approvals.outbox.failed({ ...approval, tries: 4 }, 'too old', 'parked'))._unsafeUnwrap();
  return [payment.id, approval.id] as const;
}

describe.each(Object.entries(PLACES))('paywright outbox on %s', (_name, place) => {
  it('lists what is parked in both services, and puts it back on its way', async () => {
    const placed = await place();
    const [payment, approval] = await parkOneOfEach(placed);

    const text = await run(['outbox', 'list'], placed.env);
    expect({ code: text.code, err: text.err }).toEqual({ code: 0, err: '' });
    expect(text.out).toMatch(/^platform: 1 unsent, the oldest of 2026-03-01T12:00:00\.001Z; 1 parked\n/);
    expect(text.out).toContain(`  ${payment}  payment.created  2026-03-01T12:00:00.000Z  5 tries  too odd\n`);
    expect(text.out).toMatch(/\napprovals: 1 unsent, .+; 1 parked\n/);
    expect(text.out).toContain(`  ${approval}  `);

    const json = await run(['outbox', 'list', '--service', 'approvals', '--json'], placed.env);
    expect(JSON.parse(json.out)).toEqual({
      approvals: {
        unsent: 1,
        oldest_at: '2026-03-01T12:00:00.000Z',
        parked: 1,
        events: [
          {
            id: approval,
            type: expect.any(String) as string,
            created: '2026-03-01T12:00:00.000Z',
            tries: 5,
            error: 'too old',
          },
        ],
      },
    });

    const unknown = `evt_${'0'.repeat(32)}`;
    const one = await run(['outbox', 'unpark', payment, unknown, '--json'], placed.env);
    expect(one.code).toBe(1);
    expect(JSON.parse(one.out)).toEqual({ unparked: 1, more: false, not_parked: [unknown] });
    expect(one.err).toBe(`paywright: ${unknown} is not parked\n`);
    expect((await placed.platform.outbox.backlog())._unsafeUnwrap()).toMatchObject({ unsent: 2, parked: 0 });

    const elsewhere = await run(['outbox', 'unpark', '--all', '--service', 'platform'], placed.env);
    expect(elsewhere).toEqual({ code: 0, out: '0 on the way again\n', err: '' });
    expect((await placed.approvals.outbox.backlog())._unsafeUnwrap()).toMatchObject({ parked: 1 });
    const all = await run(['outbox', 'unpark', '--all', '--json'], placed.env);
    expect(JSON.parse(all.out)).toEqual({ unparked: 1, more: false, not_parked: [] });
    expect((await placed.approvals.outbox.backlog())._unsafeUnwrap()).toMatchObject({ unsent: 2, parked: 0 });
    await Promise.all([placed.platform.close(), placed.approvals.close()]);
  });
});

describe('paywright outbox', () => {
  const memory = { STORAGE: 'memory' };

  it('lists nothing of a store that is new', async () => {
    expect(await run(['outbox', 'list'], memory)).toEqual({
      code: 0,
      out: 'platform: 0 unsent; 0 parked\napprovals: 0 unsent; 0 parked\n',
      err: '',
    });
  });

  it.each([['list'], ['unpark']])('%s --help explains itself', async (command) => {
    const { code, out, err } = await run(['outbox', command, '--help'], memory);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const part of [`Usage: paywright outbox ${command}`, 'Examples:', '--json', 'Exit codes:'])
      expect(out).toContain(part);
  });

  it.each([
    ['nothing to unpark', ['unpark']],
    ['ids and all', ['unpark', `evt_${'0'.repeat(32)}`, '--all']],
    ['an id of another kind', ['unpark', `pay_${'0'.repeat(32)}`]],
    ['an id that is cut off', ['unpark', 'evt_1']],
    ['an unknown service', ['list', '--service', 'ledger']],
    ['a limit of none', ['list', '--limit', '0']],
    ['a limit beyond a thousand', ['list', '--limit', '1001']],
    ['a limit that is no number', ['list', '--limit', '1e1']],
  ])('refuses %s with 2', async (_what, args) => {
    const { code, out, err } = await run(['outbox', ...args], memory);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).not.toBe('');
  });

  it('says when the storage does not answer', async () => {
    const env = { STORAGE: 'postgres', DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' };
    const { code, err } = await run(['outbox', 'list'], env);
    expect(code).toBe(1);
    expect(err).toMatch(/^paywright: .+ does not answer\n$/);
  });
});
