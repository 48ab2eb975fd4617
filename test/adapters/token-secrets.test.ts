import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { describe, expect, it, onTestFinished } from 'vitest';
import { secretsClient, secretText } from '../../src/adapters/aws/secret-text.ts';
import { tokenSecrets } from '../../src/adapters/aws/token-secrets.ts';
import {
  type AwsEmulator,
  EMULATOR_CREDENTIALS,
  emulatorUrl,
  hasEmulator,
} from '../support/aws-emulators.ts';
import { awsProxy } from '../support/aws-proxy.ts';
import { secretKeeper } from '../support/secret-keeper.ts';

const ARN = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:tokens';
const MINUTE_MS = 60_000;

async function rotating(parts: Readonly<{ known?: string; isFit?: (text: string) => boolean }> = {}) {
  const keeper = await secretKeeper();
  const client = new SecretsManagerClient({
    region: 'us-east-1',
    endpoint: keeper.url,
    credentials: EMULATOR_CREDENTIALS,
    maxAttempts: 1,
  });
  onTestFinished(async () => {
    client.destroy();
    await keeper.close();
  });
  keeper.put(ARN, { current: 'one' });
  let now = 1_700_000_000_000;
  const secrets = tokenSecrets({ client, secretArn: ARN, isFit: () => true, now: () => now, ...parts });
  return {
    keeper,
    accepted: () => secrets.accepted(),
    changedFrom: (texts: readonly string[]) => secrets.changedFrom(texts),
    refused: async () => secrets.changedFrom((await secrets.accepted()).unwrapOr([])),
    check: () => secrets.check(),
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('secrets of tokens that rotate', () => {
  it('are the current one and the one before it, while that has its stage', async () => {
    const { keeper, accepted, pass } = await rotating();
    keeper.put(ARN, { current: 'two', previous: 'one' });
    expect((await accepted())._unsafeUnwrap()).toEqual(['two', 'one']);
    keeper.put(ARN, { current: 'two' });
    pass(5 * MINUTE_MS - 1);
    expect((await accepted())._unsafeUnwrap()).toEqual(['two', 'one']);
    pass(1);
    expect((await accepted())._unsafeUnwrap()).toEqual(['two']);
  });

  it('are asked for once by many at the same time, and not at all while the one of the start is fresh', async () => {
    const { keeper, accepted, pass } = await rotating({ known: 'one' });
    await accepted();
    expect(keeper.asked()).toEqual([]);
    pass(5 * MINUTE_MS);
    await Promise.all(Array.from({ length: 50 }, () => accepted()));
    expect(keeper.asked().toSorted()).toEqual([`${ARN} AWSCURRENT`, `${ARN} AWSPREVIOUS`]);
  });

  it('are asked for again when a token is by none of them, once in ten seconds, however many such come', async () => {
    const { keeper, refused, pass } = await rotating({ known: 'one' });
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(Array.from({ length: 10 }, refused));
      pass(400);
    }
    expect(keeper.asked()).toHaveLength(2);
    keeper.put(ARN, { current: 'two', previous: 'one' });
    expect((await refused())._unsafeUnwrap()).toEqual(['one']);
    pass(2_000);
    expect((await refused())._unsafeUnwrap()).toEqual(['two', 'one']);
  });

  it('are the same list until one changes', async () => {
    const { accepted, refused, pass } = await rotating();
    const first = (await accepted())._unsafeUnwrap();
    pass(5 * MINUTE_MS);
    expect((await accepted())._unsafeUnwrap()).toBe(first);
    expect((await refused())._unsafeUnwrap()).toBe(first);
  });

  it('are asked for once more for a token that came while an older question was under way', async () => {
    const { keeper, accepted, changedFrom, pass } = await rotating({ known: 'one' });
    const known = (await accepted())._unsafeUnwrap();
    pass(5 * MINUTE_MS);
    const answer = keeper.hold();
    const aged = accepted();
    await expect.poll(() => keeper.asked().length, { interval: 5 }).toBe(2);
    keeper.put(ARN, { current: 'two', previous: 'one' });
    const changed = changedFrom(known);
    answer();
    expect((await changed)._unsafeUnwrap()).toEqual(['two', 'one']);
    expect((await aged).isOk()).toBe(true);
  });

  it.each(['ThrottlingException', 'AccessDeniedException', 'InternalServiceError'])(
    'of the last hour stand while they cannot be had (%s), and none after it',
    async (fault) => {
      const { keeper, accepted, refused, check, pass } = await rotating();
      await accepted();
      keeper.refuse(fault);
      pass(5 * MINUTE_MS);
      expect((await accepted())._unsafeUnwrap()).toEqual(['one']);
      expect((await check()).isErr()).toBe(true);
      expect((await refused()).isErr()).toBe(true);
      pass(55 * MINUTE_MS);
      expect((await accepted()).isErr()).toBe(true);
      keeper.refuse();
      pass(10_000);
      expect((await accepted())._unsafeUnwrap()).toEqual(['one']);
      expect((await check()).isOk()).toBe(true);
    },
  );

  it('that cannot be had are asked for once in ten seconds', async () => {
    const { keeper, accepted, pass } = await rotating();
    keeper.refuse('AccessDeniedException');
    for (let second = 0; second < 10; second += 1) {
      expect((await accepted())._unsafeUnwrapErr()).toMatchObject({ reason: 'denied' });
      pass(1_000);
    }
    expect(keeper.asked()).toHaveLength(2);
    await accepted();
    expect(keeper.asked()).toHaveLength(4);
  });

  it('that are unfit sign nothing: a current one is reported while those before it stand, an older one is passed over', async () => {
    const { keeper, accepted, check, pass } = await rotating({ isFit: (text) => text !== 'weak' });
    keeper.put(ARN, { current: 'one', previous: 'weak' });
    expect((await accepted())._unsafeUnwrap()).toEqual(['one']);
    keeper.put(ARN, { current: 'weak', previous: 'one' });
    pass(5 * MINUTE_MS);
    expect((await accepted())._unsafeUnwrap()).toEqual(['one']);
    expect((await check())._unsafeUnwrapErr()).toMatchObject({ reason: 'weak' });
    keeper.put(ARN, { current: new Uint8Array(40) });
    pass(10_000);
    expect((await check())._unsafeUnwrapErr()).toMatchObject({ reason: 'malformed' });
  });

  it('are no fresher by a clock that was set back', async () => {
    const { keeper, accepted, pass } = await rotating({ known: 'one' });
    pass(-6 * MINUTE_MS);
    keeper.put(ARN, { current: 'two' });
    expect((await accepted())._unsafeUnwrap()).toEqual(['two']);
  });
});

const EMULATORS: readonly AwsEmulator[] = ['moto', 'ministack'];

describe.each(EMULATORS.filter(hasEmulator))('on %s', (emulator) => {
  async function kept(secret: Readonly<{ SecretString?: string; SecretBinary?: Uint8Array }>) {
    const proxy = await awsProxy(await emulatorUrl(emulator));
    const client = secretsClient({ region: 'eu-central-1', endpoint: proxy.url });
    client.config.credentials = () => Promise.resolve(EMULATOR_CREDENTIALS);
    onTestFinished(async () => {
      client.destroy();
      await proxy.close();
    });
    const { ARN: secretArn = '' } = await client.send(
      new CreateSecretCommand({ Name: `tokens-${Math.random()}`, ...secret }),
    );
    return { client, secretArn, proxy };
  }

  it('tokens’ secrets follow rotations: the one before is accepted, the one before that no more', async () => {
    const { client, secretArn } = await kept({ SecretString: 'one' });
    let now = 1_700_000_000_000;
    const accepted = async () => {
      now += 5 * MINUTE_MS;
      return (await secrets.accepted())._unsafeUnwrap();
    };
    const secrets = tokenSecrets({ client, secretArn, isFit: () => true, now: () => now });
    expect(await accepted()).toEqual(['one']);
    await client.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: 'two' }));
    expect(await accepted()).toEqual(['two', 'one']);
    await client.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: 'three' }));
    expect(await accepted()).toEqual(['three', 'two']);
  });

  it('a secret is read though Secrets Manager throttles and loses a reply', async () => {
    const { client, secretArn, proxy } = await kept({ SecretString: 'one' });
    proxy.trouble(/GetSecretValue/, 'throttled', 'reply lost');
    expect((await secretText({ client, secretArn }))._unsafeUnwrap()).toBe('one');
    proxy.trouble(/GetSecretValue/, 'throttled', 'throttled', 'throttled');
    expect((await secretText({ client, secretArn }))._unsafeUnwrapErr()).toMatchObject({
      reason: 'throttled',
    });
  });

  it('a secret that is binary, absent or about to be deleted is none, and says why', async () => {
    const reasonOf = async (secret: Parameters<typeof secretText>[0]) =>
      (await secretText(secret))._unsafeUnwrapErr().reason;
    const { client, secretArn } = await kept({ SecretBinary: new Uint8Array(40) });
    expect(await reasonOf({ client, secretArn })).toBe('malformed');
    expect(await reasonOf({ client, secretArn: `${secretArn}x` })).toBe('missing');
    await client.send(new DeleteSecretCommand({ SecretId: secretArn, RecoveryWindowInDays: 7 }));
    expect(await reasonOf({ client, secretArn })).toBe('pending_deletion');
  });
});

/** MiniStack keeps no labels but its own. */
describe.runIf(hasEmulator('moto'))('on moto', () => {
  it('a secret that lost its stage signs nothing any more', async () => {
    const client = secretsClient({ region: 'eu-central-1', endpoint: await emulatorUrl('moto') });
    client.config.credentials = () => Promise.resolve(EMULATOR_CREDENTIALS);
    onTestFinished(() => client.destroy());
    const { ARN: secretArn, VersionId } = await client.send(
      new CreateSecretCommand({ Name: `tokens-${Math.random()}`, SecretString: 'one' }),
    );
    await client.send(new PutSecretValueCommand({ SecretId: secretArn, SecretString: 'two' }));
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: secretArn,
        VersionStage: 'AWSPREVIOUS',
        RemoveFromVersionId: VersionId,
      }),
    );
    const secrets = tokenSecrets({ client, secretArn: secretArn ?? '', isFit: () => true });
    expect((await secrets.accepted())._unsafeUnwrap()).toEqual(['two']);
  });
});
