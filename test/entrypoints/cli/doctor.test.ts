import { errAsync, okAsync } from 'neverthrow';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { startDynamoDbEngine } from '../../../src/adapters/embedded/dynamodb-engine.ts';
import { postgresPool } from '../../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../../src/adapters/postgres/storage.ts';
import {
  keyFinding,
  objectsFinding,
  outboxFinding,
  queueFindings,
} from '../../../src/entrypoints/cli/doctor-edges.ts';
import type { Finding } from '../../../src/entrypoints/cli/doctor-finding.ts';
import { clockFinding, storageFindings } from '../../../src/entrypoints/cli/doctor-storage.ts';
import { OUTBOX_SHARDS } from '../../../src/ports/outbox.ts';
import { anOpening, NOON } from '../../fixtures/changes.ts';
import { dataDirectory } from '../../support/cli-process.ts';
import { PATIENT, postgresServer } from '../../support/postgres-database.ts';
import { runInProcess } from '../../support/run-program.ts';

const [server, engine] = await Promise.all([postgresServer(inject('postgresUrl')), startDynamoDbEngine({})]);
const dir = dataDirectory();
afterAll(async () => {
  await Promise.all([server.close(), engine.stop()]);
  dir.remove();
});

type Env = Readonly<Record<string, string>>;

const run = (args: readonly string[], env: Env) =>
  runInProcess(args, { PAYWRIGHT_DATA_DIR: dir.path, ...env });

/** The lines of a run, by what they are about. */
async function doctor(env: Env) {
  const { code, out, err } = await run(['doctor', '--json'], env);
  expect(err).toBe('');
  const findings = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding);
  return { code, findings, by: new Map(findings.map((each) => [each.check, each])) };
}

const PLACES: Readonly<Record<string, () => Promise<Env>>> = {
  memory: async () => ({ STORAGE: 'memory' }),
  postgres: async () => ({ STORAGE: 'postgres', DATABASE_URL: await server.newDatabase() }),
  dynamodb: async () => ({
    STORAGE: 'dynamodb',
    DYNAMODB_ENDPOINT: engine.url,
    DYNAMODB_TABLE: `doctor-${Date.now()}`,
  }),
};

describe.each(Object.entries(PLACES))('paywright doctor on %s', (name, place) => {
  it('looks at all that a healthy system needs, and has nothing to mend', async () => {
    const env = await place();
    await run(['migrate'], env);
    const { code, findings } = await doctor(env);
    expect({ code, unwell: findings.filter(({ status }) => status === 'fail') }).toEqual({
      code: 0,
      unwell: [],
    });
    expect(findings.map(({ check }) => check)).toEqual([
      'versions',
      'settings',
      'tokens',
      'platform storage',
      'platform clock',
      'platform outbox',
      'keys',
      'files',
      'approvals storage',
      'approvals clock',
      'approvals outbox',
      'approval queue',
    ]);
  });

  if (name === 'dynamodb')
    it('names a table that is not there, and the command that makes it', async () => {
      const env = await place();
      const { code, by } = await doctor(env);
      expect(code).toBe(1);
      expect(by.get('platform storage')).toMatchObject({
        status: 'fail',
        says: expect.stringContaining('none'),
        remedy: expect.stringContaining('paywright migrate'),
      });
      expect(by.has('platform outbox')).toBe(false);
    });
});

describe('paywright doctor', () => {
  it('says for people what is well, in a line each, and how many must be mended', async () => {
    const { code, out } = await run(['doctor'], { STORAGE: 'memory' });
    expect(code).toBe(0);
    expect(out).toMatch(/^ok {4}platform storage {4}memory answers, its schema is current\n/m);
    expect(out).toMatch(/\nnothing is wrong\n$/);
  });

  it('looks at nothing else when settings are wrong, and names each', async () => {
    const { code, findings } = await doctor({ STORAGE: 'paper', PORT: 'many' });
    expect(code).toBe(78);
    expect(findings.map(({ check, status }) => [check, status])).toEqual([
      ['settings', 'fail'],
      ['settings', 'fail'],
    ]);
    const names = findings.map(({ says }) => says.split(' ')[0] ?? '');
    expect(names.toSorted()).toEqual(['PORT', 'STORAGE']);
  });

  it('counts what is parked, and names the commands that show it and send it', async () => {
    const DATABASE_URL = await server.newDatabase();
    const { commits, outbox, close } = postgresStorage(
      postgresPool({ ...PATIENT, connectionString: DATABASE_URL }),
    );
    (await commits.commit(anOpening({ createdAt: NOON }).change))._unsafeUnwrap();
    const shards = Array.from({ length: OUTBOX_SHARDS }, (_, shard) => shard);
    const [event] = (await outbox.next(shards, NOON, 1))._unsafeUnwrap();
    if (event === undefined) throw new Error('no event was written');
    (await outbox.failed({ ...event, tries: 4 }, 'too odd', 'parked'))._unsafeUnwrap();
    await close();
    const { code, by } = await doctor({ STORAGE: 'postgres', DATABASE_URL });
    expect(code).toBe(1);
    expect(by.get('platform outbox')).toEqual({
      check: 'platform outbox',
      status: 'fail',
      says: '1 events are parked',
      remedy: 'see why by `paywright outbox list`, then `paywright outbox unpark --all`',
    });
  });

  it('says so when the keys of tokens cannot be had', async () => {
    const { code, by } = await doctor({
      STORAGE: 'memory',
      JWT_JWKS_URL: 'http://127.0.0.1:1/jwks.json',
      JWT_ISSUER: 'https://id.example',
      JWT_AUDIENCE: 'paywright',
    });
    expect(code).toBe(1);
    expect(by.get('tokens')).toMatchObject({ status: 'fail', says: 'the JWKS cannot be fetched' });
  });
});

const unavailable = errAsync({ kind: 'StorageUnavailable' as const, cause: undefined });

describe('What doctor finds', () => {
  const health = { name: 'postgres', check: () => okAsync(undefined) };
  const clockAt = (time: number | undefined) =>
    clockFinding('platform', { risks: () => okAsync([]), time: () => okAsync(time), storage: { health } });

  it.each([
    [0, 'ok'],
    [5_000, 'warn'],
    [-60_000, 'fail'],
  ])('of a clock that is %i ms off is %s', async (off, status) => {
    expect(await clockAt(Date.now() + off)).toMatchObject({ check: 'platform clock', status });
  });

  it('of an event that has waited for three minutes is that no relay runs', async () => {
    const backlog = () => okAsync({ unsent: 1, parked: 0, oldestAt: NOON });
    expect(await outboxFinding('platform', { backlog }, NOON + 60_000)).toMatchObject({ status: 'ok' });
    expect(await outboxFinding('platform', { backlog }, NOON + 180_000)).toMatchObject({
      status: 'fail',
      says: '1 unsent, the oldest for 3 min',
      remedy: expect.stringContaining('paywright worker'),
    });
    expect(await outboxFinding('platform', { backlog: () => unavailable }, NOON)).toMatchObject({
      status: 'fail',
    });
  });

  it('of a queue is whether messages wait or are dead, and what of it is unfit', async () => {
    const finding = async (waiting: number, dead: number) => {
      const queue = { depth: () => okAsync({ waiting, hidden: 0, dead }) } as never;
      const found = await queueFindings({ queue, risks: () => okAsync([]) }, NOON);
      return found.map(({ status }) => status);
    };
    expect(await finding(99, 0)).toEqual(['ok']);
    expect(await finding(100, 0)).toEqual(['warn']);
    expect(await finding(0, 1)).toEqual(['fail']);
    const silent = { depth: () => unavailable } as never;
    const risk = { kind: 'QueueUnfit', url: 'https://sqs.example/q', lacks: 'encryption' } as const;
    expect(await queueFindings({ queue: silent, risks: () => okAsync([risk]) }, NOON)).toMatchObject([
      { check: 'messaging', status: 'fail', remedy: expect.stringContaining('KmsMasterKeyId') },
      { check: 'approval queue', status: 'fail' },
    ]);
  });

  it('of keys that cannot be used, or unwrap something else, is that nothing can be sealed', async () => {
    const bytes = new Uint8Array(32);
    const newDataKey = () => okAsync({ bytes, wrapped: 'wrapped' as never });
    const unwrapping = (unwrapped: Uint8Array) =>
      keyFinding({ newDataKey, unwrap: () => okAsync(unwrapped) });
    expect(await unwrapping(bytes)).toMatchObject({ status: 'ok' });
    expect(await unwrapping(new Uint8Array(31))).toMatchObject({ status: 'fail' });
    const kept = { kind: 'KeysUnavailable' as const, cause: undefined };
    expect(
      await keyFinding({ newDataKey: () => errAsync(kept), unwrap: () => errAsync(kept) }),
    ).toMatchObject({ status: 'fail' });
  });

  it('of a login that may do more than serve is what production refuses, and development does not', async () => {
    const risk = { kind: 'RoleOwns', role: 'app', objects: ['table payment'] } as const;
    const room = { risks: () => okAsync([risk]), time: () => unavailable, storage: { health } };
    const refused = (await storageFindings('platform', room, 'production'))[1];
    expect(refused).toMatchObject({ status: 'fail', remedy: expect.stringContaining('serve under a role') });
    expect(await storageFindings('platform', room, 'development')).toHaveLength(1);
  });

  it('of an object store that is silent, or a storage that is, says what to see to', async () => {
    const cause = { kind: 'ObjectStoreUnavailable' as const, cause: undefined };
    expect(await objectsFinding({ list: () => errAsync(cause) })).toMatchObject({ status: 'fail' });
    const silent = { name: 'postgres', check: () => unavailable };
    const room = { risks: () => okAsync([]), time: () => unavailable, storage: { health: silent } };
    expect(await storageFindings('platform', room, 'production')).toMatchObject([
      { check: 'platform storage', status: 'fail', says: 'postgres does not answer' },
    ]);
    expect(await clockFinding('platform', room)).toMatchObject({ status: 'fail' });
  });
});
