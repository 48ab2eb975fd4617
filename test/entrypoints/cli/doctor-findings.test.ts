import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { givenRing } from '../../../src/adapters/keys/given-ring.ts';
import { ringKeys } from '../../../src/adapters/keys/secret-keys.ts';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { createMerchant } from '../../../src/application/merchants/create-merchant.ts';
import { allChecks } from '../../../src/entrypoints/cli/doctor-checks.ts';
import {
  outboxFinding,
  queueFindings,
  secretFinding,
  tokenFinding,
} from '../../../src/entrypoints/cli/doctor-edges.ts';
import type { Finding } from '../../../src/entrypoints/cli/doctor-finding.ts';
import { clockFinding, storageFindings } from '../../../src/entrypoints/cli/doctor-storage.ts';
import { lostKey } from '../../../src/entrypoints/cli/lost-keys.ts';
import type { Environment } from '../../../src/entrypoints/cli/read-variables.ts';
import { aMerchantId, NOON, origin } from '../../fixtures/changes.ts';
import { configOf, onStripe, production } from '../../support/configuration.ts';
import { customerDesk } from '../../support/customer-desk.ts';
import { secretKeeper } from '../../support/secret-keeper.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

const unavailable = errAsync({ kind: 'StorageUnavailable' as const, cause: undefined });
const healthy = { name: 'postgres', check: () => okAsync(undefined) };

describe('Where doctor draws its lines', () => {
  it.each([
    [1_999, 'ok', '2.0 s from that of postgres'],
    [2_000, 'warn', '2.0 s from that of postgres'],
    [-9_999, 'warn', '10.0 s from that of postgres'],
    [10_000, 'fail', '10.0 s from that of postgres'],
  ])('a clock that is %i ms off is %s', async (off, status, says) => {
    vi.useFakeTimers({ toFake: ['Date'], now: NOON });
    const room = {
      risks: () => okAsync([]),
      time: () => okAsync(NOON + off),
      storage: { health: healthy },
    };
    expect(await clockFinding('platform', room)).toMatchObject({ status, says });
  });

  it('a clock that the storage does not tell is no fault', async () => {
    const room = {
      risks: () => okAsync([]),
      time: () => okAsync(undefined),
      storage: { health: healthy },
    };
    expect(await clockFinding('platform', room)).toMatchObject({
      status: 'ok',
      says: 'postgres does not say what time it is',
    });
  });

  it('an event may wait for two minutes, and the minutes are whole ones', async () => {
    const waiting = (ms: number) =>
      outboxFinding(
        'platform',
        { backlog: () => okAsync({ unsent: 2, parked: 0, oldestAt: NOON }) },
        NOON + ms,
      );
    expect(await waiting(120_000)).toEqual({ check: 'platform outbox', status: 'ok', says: '2 unsent' });
    expect(await waiting(179_999)).toMatchObject({ status: 'fail', says: '2 unsent, the oldest for 2 min' });
    const none = { backlog: () => okAsync({ unsent: 0, parked: 0 }) };
    expect(await outboxFinding('platform', none, NOON)).toMatchObject({ status: 'ok', says: '0 unsent' });
  });

  it('a queue says how many wait, are with consumers and are dead', async () => {
    const queue = { depth: () => okAsync({ waiting: 1, hidden: 2, dead: 3 }) } as never;
    expect(await queueFindings({ queue, risks: () => okAsync([]) }, NOON)).toEqual([
      {
        check: 'approval queue',
        status: 'fail',
        says: '1 wait, 2 are with consumers, 3 are dead letters',
        remedy: 'follow docs/operations/dead-letters.md',
      },
    ]);
  });
});

describe('What doctor says of a storage', () => {
  const of = async (check: () => unknown, risks: unknown = okAsync([])) =>
    (
      await storageFindings(
        'platform',
        {
          risks: () => risks as never,
          time: () => unavailable as never,
          storage: { health: { name: 'postgres', check: check as never } },
        },
        'production',
      )
    ).map(({ status, says, remedy }) => [status, says, remedy]);

  it('whose schema is another is which, and who mends it', async () => {
    expect(await of(() => errAsync({ kind: 'SchemaOutdated', found: '003', needed: '017' }))).toEqual([
      [
        'fail',
        'the schema is 003 and must be 017 or newer',
        'run `paywright migrate`, as the owner of the tables',
      ],
    ]);
    expect(await of(() => errAsync({ kind: 'SchemaDiverged', migration: '004' }))).toMatchObject([
      ['fail', expect.stringContaining('migration 004'), expect.stringContaining('restore')],
    ]);
  });

  it('that goes silent when its risks are asked for is that it does not answer', async () => {
    expect(await of(healthy.check, unavailable)).toMatchObject([
      ['ok', 'postgres answers, its schema is current', undefined],
      ['fail', 'postgres does not answer', expect.stringContaining('see that it runs')],
    ]);
  });
});

describe('What doctor says of the keys of tokens', () => {
  async function jwks(status: number, body: string): Promise<Finding> {
    const server = createServer((_, response) => void response.writeHead(status).end(body));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    return tokenFinding({ kind: 'jwks', url, issuer: 'i', audience: 'a' });
  }

  it.each([
    [200, '{"keys": [{}, {}]}', 'ok', '2 keys in the JWKS'],
    [200, '{"keys": []}', 'fail', 'the JWKS has no keys'],
    [200, '{}', 'fail', 'the JWKS has no keys'],
    [503, '{"keys": [{}]}', 'fail', 'the JWKS answers 503'],
    [200, 'not json', 'fail', 'the JWKS cannot be fetched'],
  ])('that answer %i %s is %s', async (code, body, status, says) => {
    expect(await jwks(code, body)).toMatchObject({ check: 'tokens', status, says });
  });

  it('that are one secret is where it is kept', async () => {
    const one = { kind: 'hs256', secret: 's', audience: 'a', issuer: 'i' } as const;
    expect(await tokenFinding(one)).toMatchObject({ says: 'one shared secret (HS256)' });
    const kept = { secretArn: 'arn', region: 'us-east-1' };
    expect(await tokenFinding({ ...one, kept })).toMatchObject({
      status: 'ok',
      says: 'one shared secret (HS256), kept in Secrets Manager',
    });
  });
});

describe('What doctor says of a secret', () => {
  const secretArn = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:one';
  const named = { name: 'STRIPE_SECRET_ARN', secretArn, region: 'us-east-1' };
  let keeper: Awaited<ReturnType<typeof secretKeeper>>;
  beforeEach(async () => {
    keeper = await secretKeeper();
    vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', keeper.url);
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  });
  afterEach(() => keeper.close());

  it('is that it can be read, or why not, by the name of its setting', async () => {
    expect(await secretFinding(named, 'development')).toMatchObject({
      check: 'secrets',
      status: 'fail',
      says: expect.stringMatching(/^STRIPE_SECRET_ARN /),
    });
    keeper.put(secretArn, { current: 'text' });
    expect(await secretFinding(named, 'development')).toEqual({
      check: 'secrets',
      status: 'ok',
      says: 'STRIPE_SECRET_ARN names one that can be read',
    });
  });

  it('in production is that it would be asked of another than AWS, which is not asked', async () => {
    expect(await secretFinding(named, 'production')).toMatchObject({ check: 'secrets', status: 'fail' });
    expect(keeper.asked()).toEqual([]);
  });
});

describe('What doctor says of processors', () => {
  /** Findings before the first that asks something of the world. */
  async function said(env: Environment) {
    const found: [string, string, string][] = [];
    for await (const { check, status, says } of allChecks(configOf(env))) {
      if (check === 'tokens') break;
      if (['processor', 'payouts'].includes(check)) found.push([check, status, says]);
    }
    return found;
  }
  const SIMULATED = ['processor', 'warn', 'a simulator, which moves no money'];
  const SIMULATED_PAYOUTS = ['payouts', 'warn', 'vendors are paid by a simulator, which moves no money'];
  const live = { PAYWRIGHT_PROCESSOR: 'stripe', STRIPE_SECRET_KEY: 'sk_live_ofthistest' };

  it('in production is which of them move no money', async () => {
    expect(await said(production())).toEqual([SIMULATED, SIMULATED_PAYOUTS]);
    expect(await said(production(onStripe))).toEqual([
      ['processor', 'warn', 'Stripe with a test key, which moves no money'],
      ['payouts', 'warn', 'no vendor has an account at Stripe, so every payout fails'],
    ]);
    expect(await said(production({ ...live, STRIPE_VENDOR_ACCOUNTS: 'vendors.json' }))).toEqual([]);
    expect(await said(production({ ...live, PAYWRIGHT_PAYOUTS: 'simulator' }))).toEqual([SIMULATED_PAYOUTS]);
  });

  it('in development is nothing', async () => {
    expect(await said({})).toEqual([]);
  });
});

describe('What doctor says of the keys of customers', () => {
  const ringWith = (letter: string) => givenRing([{ id: `key-${letter}`, secret: letter.repeat(43) }]);

  it('is that they are lost, where they open no customer that is stored, though they seal well', async () => {
    const storage = memoryStorage();
    const desk = customerDesk(storage, ringWith('A'));
    const terms = { id: aMerchantId(), name: 'A', email: 'a@example.com', origin };
    (await createMerchant(desk.ports)(terms))._unsafeUnwrap();
    const said = (letter: string) => lostKey({ ...storage, secretKeys: ringKeys(ringWith(letter)) });
    expect(await said('B')).toBeUndefined();
    (await desk.erase((await desk.create('first@example.com'))._unsafeUnwrap().customer.id))._unsafeUnwrap();
    expect(await said('B')).toBeUndefined();
    (await desk.create('ada@example.com'))._unsafeUnwrap();
    expect(await said('A')).toBeUndefined();
    expect(await said('B')).toMatchObject({
      says: expect.stringContaining('key-A'),
      isGone: true,
    });
  });

  it('is nothing where a customer cannot be read or opened as its row was changed, which verify finds', async () => {
    const storage = memoryStorage();
    const desk = customerDesk(storage, ringWith('A'));
    const terms = { id: aMerchantId(), name: 'A', email: 'a@example.com', origin };
    (await createMerchant(desk.ports)(terms))._unsafeUnwrap();
    (await desk.create('ada@example.com'))._unsafeUnwrap();
    const unwrap = () => ResultAsync.fromSafePromise(Promise.reject(new Error('not wrapped for this owner')));
    expect(await lostKey({ ...storage, secretKeys: { unwrap } })).toBeUndefined();
  });

  it('is that they cannot be used, and not that they are gone, where a service that keeps them denies it', async () => {
    const storage = memoryStorage();
    const desk = customerDesk(storage, ringWith('A'));
    const terms = { id: aMerchantId(), name: 'A', email: 'a@example.com', origin };
    (await createMerchant(desk.ports)(terms))._unsafeUnwrap();
    (await desk.create('ada@example.com'))._unsafeUnwrap();
    const unwrap = () => errAsync({ kind: 'KeysUnavailable' as const, cause: { code: 'denied' } });
    expect(await lostKey({ ...storage, secretKeys: { unwrap } })).toMatchObject({
      remedy: expect.stringContaining('KMS denies it'),
      isGone: false,
    });
  });
});
