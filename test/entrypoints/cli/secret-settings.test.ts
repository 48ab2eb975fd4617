import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readConfig } from '../../../src/entrypoints/cli/config.ts';
import { EXIT } from '../../../src/entrypoints/cli/exit-codes.ts';
import { exitFor } from '../../../src/entrypoints/cli/faults.ts';
import { loadConfig } from '../../../src/entrypoints/cli/load-config.ts';
import type { Environment } from '../../../src/entrypoints/cli/read-variables.ts';
import { secretReader } from '../../../src/entrypoints/cli/secret-reader.ts';
import { JWT_SECRET, production, read, SECRET } from '../../support/configuration.ts';
import { type SecretKeeper, secretKeeper } from '../../support/secret-keeper.ts';

const arnOf = (name: string) => `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}`;
const RING = 'k1:Zq3T8mW5xK1vB7nR2yL9cF4hJ6dG0sPaEuXiOwYtUbM';
const NAMED = {
  PAYWRIGHT_SECRET_ARN: arnOf('signing'),
  PAYWRIGHT_CUSTOMER_KEYS_ARN: arnOf('ring'),
  JWT_SECRET_ARN: arnOf('tokens'),
};

let keeper: SecretKeeper;
beforeEach(async () => {
  keeper = await secretKeeper();
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', keeper.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  keeper.put(arnOf('signing'), { current: SECRET });
  keeper.put(arnOf('ring'), { current: RING });
  keeper.put(arnOf('tokens'), { current: JWT_SECRET });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await keeper.close();
});

const load = (env: Environment) =>
  loadConfig(
    env,
    () => {
      throw new Error('no secret is made here');
    },
    secretReader,
  );
const faultsOf = async (env: Environment) => (await load(env))._unsafeUnwrapErr();

describe('secrets that settings name', () => {
  it('are read, one call each, and are what their plain settings would be', async () => {
    const config = (await load(NAMED))._unsafeUnwrap();
    const plain = readConfig(
      { PAYWRIGHT_SECRET: SECRET, PAYWRIGHT_CUSTOMER_KEYS: RING, JWT_SECRET },
      () => '',
    )._unsafeUnwrap();
    expect(config.platform).toEqual(plain.platform);
    expect(config.approvals).toEqual(plain.approvals);
    const kept = { secretArn: NAMED.JWT_SECRET_ARN, region: 'us-east-1' };
    expect(config.jwt).toEqual({ ...plain.jwt, kept });
    expect(config.secrets.map(({ name }) => name).toSorted()).toEqual(Object.keys(NAMED).toSorted());
    expect(keeper.asked().toSorted()).toEqual(
      Object.values(NAMED)
        .map((arn) => `${arn} AWSCURRENT`)
        .toSorted(),
    );
  });

  it.each([
    ['JWT_SECRET_ARN', { JWT_SECRET }],
    ['PAYWRIGHT_SECRET_ARN', { PAYWRIGHT_SECRET: SECRET }],
    ['PAYWRIGHT_CUSTOMER_KEYS_ARN', { PAYWRIGHT_CUSTOMER_KEYS: RING }],
  ] as const)('stand beside no plain twin: %s', async (name, twin) => {
    const faults = await faultsOf({ [name]: NAMED[name], ...twin });
    expect(faults).toEqual([{ name, says: `cannot be used beside ${Object.keys(twin)[0]}` }]);
    expect(keeper.asked()).toEqual([]);
  });

  it('are not asked for while another setting is wrong', async () => {
    expect(await faultsOf({ ...NAMED, PORT: 'x' })).toMatchObject([{ name: 'PORT' }]);
    expect(keeper.asked()).toEqual([]);
  });

  it.each([
    ['JWT_SECRET_ARN', 'hunter2'],
    ['PAYWRIGHT_SECRET_ARN', 'arn:aws:kms:us-east-1:111122223333:key/1'],
    ['PAYWRIGHT_CUSTOMER_KEYS_ARN', 'arn:aws:secretsmanager:us-east-1:1:secret:x'],
  ])('are named by whole ARNs, and by nothing else: %s', async (name, value) => {
    const faults = await faultsOf({ [name]: value });
    expect(faults).toEqual([{ name, says: 'must be the ARN of a Secrets Manager secret' }]);
  });

  it('are in the region of everything else', async () => {
    const elsewhere = arnOf('x').replace('us-east-1', 'eu-west-1');
    expect(await faultsOf({ JWT_SECRET_ARN: elsewhere })).toMatchObject([
      { name: 'JWT_SECRET_ARN', says: expect.stringContaining('eu-west-1') },
    ]);
  });

  it.each([
    ['AccessDeniedException', 'secretsmanager:GetSecretValue', EXIT.configuration],
    ['ResourceNotFoundException', 'no secret that is there', EXIT.configuration],
    ['InvalidRequestException', 'restore-secret', EXIT.configuration],
    ['DecryptionFailure', 'KMS key', EXIT.configuration],
    ['ThrottlingException', 'asked too often', EXIT.failed],
    ['InternalServiceError', 'cannot be read', EXIT.failed],
  ])(
    'which Secrets Manager refuses with %s are faults of the settings that name them',
    async (fault, says, exit) => {
      keeper.refuse(fault);
      const faults = await faultsOf({ PAYWRIGHT_SECRET_ARN: NAMED.PAYWRIGHT_SECRET_ARN });
      expect(faults).toMatchObject([{ name: 'PAYWRIGHT_SECRET_ARN', says: expect.stringContaining(says) }]);
      expect(exitFor(faults)).toBe(exit);
    },
  );

  it.each([
    ['binary', new Uint8Array(40)],
    ['JSON', `{"secret":"${SECRET}"}`],
    ['text with a line end behind it', `${SECRET}\n`],
    ['empty', ''],
  ])('are refused when they are %s', async (_, current) => {
    keeper.put(arnOf('signing'), { current });
    const faults = await faultsOf({ PAYWRIGHT_SECRET_ARN: NAMED.PAYWRIGHT_SECRET_ARN });
    expect(faults).toMatchObject([
      { name: 'PAYWRIGHT_SECRET_ARN', says: expect.stringContaining('no plain text') },
    ]);
    expect(JSON.stringify(faults)).not.toContain(SECRET);
  });

  it('are held to what their plain settings are held to, under the names that people set', async () => {
    keeper.put(arnOf('signing'), { current: 'hunter2hunter2' });
    keeper.put(arnOf('ring'), { current: 'k1:hunter2' });
    const faults = await faultsOf(NAMED);
    expect(faults).toMatchObject([
      { name: 'PAYWRIGHT_SECRET_ARN', says: 'must have at least 32 bytes' },
      { name: 'PAYWRIGHT_CUSTOMER_KEYS_ARN', says: expect.stringContaining('must be id:key') },
    ]);
    expect(JSON.stringify(faults)).not.toContain('hunter2');
  });

  it('are not run without: a configuration of which one was not read is a fault', () => {
    expect(
      read(NAMED)
        ._unsafeUnwrapErr()
        .map(({ name }) => name),
    ).toEqual(['JWT_SECRET_ARN', 'PAYWRIGHT_SECRET_ARN', 'PAYWRIGHT_CUSTOMER_KEYS_ARN']);
  });
});

describe('production', () => {
  const { PAYWRIGHT_SECRET: _, PAYWRIGHT_CUSTOMER_KEYS: __, ...without } = production();
  const region = { AWS_REGION: 'us-east-1' };

  it('takes secrets that are named in place of those that are given', () => {
    const { JWT_JWKS_URL: ___, ...rest } = without;
    const fetched = {
      PAYWRIGHT_SECRET_ARN: SECRET,
      PAYWRIGHT_CUSTOMER_KEYS_ARN: RING,
      JWT_SECRET_ARN: JWT_SECRET,
    };
    const env = { ...rest, ...region, ...NAMED, JWT_ALLOW_HS256: '1' };
    expect(readConfig(env, () => SECRET, fetched).isOk()).toBe(true);
    expect(
      readConfig({ ...env, JWT_ALLOW_HS256: '0' }, () => SECRET, fetched)._unsafeUnwrapErr(),
    ).toMatchObject([{ name: 'JWT_SECRET_ARN', says: expect.stringContaining('HS256 is refused') }]);
  });

  it('refuses a secret that can be guessed, or that stands in for another, also when it is named', () => {
    const env = { ...without, ...region, ...NAMED, JWT_SECRET_ARN: '' };
    const weak = 'a'.repeat(43);
    const guessed = { PAYWRIGHT_SECRET_ARN: 'a'.repeat(40), PAYWRIGHT_CUSTOMER_KEYS_ARN: `k1:${weak}` };
    expect(readConfig(env, () => SECRET, guessed)._unsafeUnwrapErr()).toMatchObject([
      { name: 'PAYWRIGHT_SECRET_ARN', says: expect.stringContaining('can be guessed') },
      { name: 'PAYWRIGHT_CUSTOMER_KEYS_ARN', says: expect.stringContaining('can be guessed') },
    ]);
    const twins = { PAYWRIGHT_SECRET_ARN: RING.slice(3), PAYWRIGHT_CUSTOMER_KEYS_ARN: RING };
    expect(readConfig(env, () => SECRET, twins)._unsafeUnwrapErr()).toEqual([
      { name: 'PAYWRIGHT_CUSTOMER_KEYS_ARN', says: 'must not hold the same secret as PAYWRIGHT_SECRET_ARN' },
    ]);
  });

  it('asks only AWS over TLS for a secret', async () => {
    expect(await faultsOf({ ...without, ...region, ...NAMED, JWT_SECRET_ARN: '' })).toMatchObject([
      { name: 'PAYWRIGHT_SECRET_ARN', says: expect.stringContaining('which is not AWS over TLS') },
      { name: 'PAYWRIGHT_CUSTOMER_KEYS_ARN' },
    ]);
    expect(keeper.asked()).toEqual([]);
  });

  it('needs a region for a secret that is named', async () => {
    const { JWT_SECRET_ARN: ___, ...named } = NAMED;
    expect(await faultsOf({ ...without, ...named })).toEqual([{ name: 'AWS_REGION', says: 'is needed' }]);
  });
});
