import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MERCHANT_PERMISSIONS, signToken } from '../../../src/entrypoints/cli/tokens.ts';
import { EMULATOR_CREDENTIALS, emulatorUrl, hasEmulator } from '../../support/aws-emulators.ts';
import { type AwsProxy, awsProxy } from '../../support/aws-proxy.ts';
import { dataDirectory, runCli, startServing } from '../../support/cli-process.ts';
import { aSecret, emulatedSecrets } from '../../support/rotated-secret.ts';

const OLD = 'mR8vQ2xK0nZ5wTf1LbYc7GdHj4SpAe9U';
const NEW = 'u7Fk2Lq9XzR4mTb8WcYe1NdHg5JpVa3S';
const FORGED = 'Zq3T8mW5xK1vB7nR2yL9cF4hJ6dG0sPa';
const CLIENTS = 12;
const PAYMENTS = 15;

describe.runIf(hasEmulator('moto'))('a server whose secrets are in Secrets Manager', () => {
  const data = dataDirectory();
  let proxy: AwsProxy;
  let client: ReturnType<typeof emulatedSecrets>;
  beforeAll(async () => {
    proxy = await awsProxy(await emulatorUrl('moto'));
    client = emulatedSecrets(proxy.url);
  });
  afterAll(async () => {
    client.destroy();
    await proxy.close();
    data.remove();
  });

  const settings = (named: Readonly<Record<string, string>>) => ({
    STORAGE: 'memory',
    LOG_LEVEL: 'silent',
    PAYWRIGHT_DATA_DIR: data.path,
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: proxy.url,
    AWS_ACCESS_KEY_ID: EMULATOR_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: EMULATOR_CREDENTIALS.secretAccessKey,
    ...named,
  });
  const tokenBy = (secret: string) =>
    signToken(
      { kind: 'hs256', secret, issuer: 'paywright', audience: 'paywright' },
      {
        subject: 'shop',
        merchantId: 'merchant-123',
        permissions: MERCHANT_PERMISSIONS,
        lifetimeSeconds: 3_600,
      },
    );

  it('refuses no payment while the secret of tokens rotates under its clients and forgers knock', async () => {
    const tokens = await aSecret(client, OLD);
    const signing = await aSecret(client, FORGED);
    const env = settings({ JWT_SECRET_ARN: tokens.arn, PAYWRIGHT_SECRET_ARN: signing.arn });
    const { cli, url } = await startServing(env);
    const [old, fresh, forged] = await Promise.all([OLD, NEW, FORGED].map(tokenBy));
    const pay = async (key: string, token: string | undefined) => {
      const response = await fetch(`${url}/payments`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'idempotency-key': key,
        },
        body: JSON.stringify({ amount: 1_250, currency: 'EUR', payment_method: 'card' }),
      });
      await response.arrayBuffer();
      return response.status;
    };

    proxy.forget();
    let made = 0;
    const rotated = Promise.withResolvers<void>();
    const statuses = await Promise.all(
      Array.from({ length: CLIENTS }, async (_, shop) => {
        const seen: number[] = [];
        for (let n = 0; n < PAYMENTS; n += 1) {
          made += 1;
          // A rotation in the middle; from then on half of the shops sign with the new secret.
          if (made === (CLIENTS * PAYMENTS) / 3) {
            await tokens.rotate(NEW);
            rotated.resolve();
          }
          const isFresh = shop % 2 === 0 && n >= PAYMENTS / 2;
          if (isFresh) await rotated.promise;
          seen.push(await pay(`${shop}-${n}`, isFresh ? fresh : old));
        }
        return seen;
      }),
    );
    expect(new Set(statuses.flat())).toEqual(new Set([201]));

    const asked = () => proxy.seen().filter((name) => /GetSecretValue/.test(name)).length;
    const before = asked();
    expect(before).toBeLessThanOrEqual(2);
    const refused = await Promise.all(Array.from({ length: 100 }, (_, n) => pay(`forged-${n}`, forged)));
    expect(new Set(refused)).toEqual(new Set([401]));
    expect(asked() - before).toBeLessThanOrEqual(2);
    expect(await pay('last', old)).toBe(201);

    const ready = await (await fetch(`${url}/readyz`)).json();
    expect(ready).toEqual({ status: 'ready', storage: 'memory', token_secret: 'usable' });
    cli.child.kill('SIGTERM');
    expect(await cli.ended).toBe(0);
    for (const secret of [OLD, NEW, FORGED]) expect(cli.stdout() + cli.stderr()).not.toContain(secret);
  });

  it('is not started without one of them; doctor says which, and of each that it can be read', async () => {
    const tokens = await aSecret(client, OLD);
    const env = settings({ JWT_SECRET_ARN: tokens.arn });
    const found = await runCli(['doctor'], env);
    expect(found.stdout).toMatch(/ok +secrets +JWT_SECRET_ARN names one that can be read/);
    const absent = { ...env, PAYWRIGHT_SECRET_ARN: `${tokens.arn}x` };
    for (const command of ['serve', 'doctor']) {
      const { code, stdout, stderr } = await runCli([command], absent);
      expect(code).toBe(78);
      expect(stdout + stderr).toContain('PAYWRIGHT_SECRET_ARN');
      expect(stdout + stderr).toContain('no secret that is there');
    }
  });
});
