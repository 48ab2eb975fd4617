import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bucketEndpointRisks, s3Client } from '../../src/adapters/aws/bucket.ts';
import { secretEndpointRisks } from '../../src/adapters/aws/secrets.ts';
import { dynamodbClient } from '../../src/adapters/dynamodb/client.ts';
import { endpointRisks } from '../../src/adapters/dynamodb/endpoint.ts';
import { readConfig } from '../../src/entrypoints/cli/config.ts';
import { openPlatform } from '../../src/entrypoints/cli/open-platform.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'paywright-aws-'));
  vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  for (const name of ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_DYNAMODB', 'AWS_PROFILE']) vi.stubEnv(name, '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const profile = (...lines: readonly string[]) =>
  writeFileSync(join(folder, 'config'), ['[default]', ...lines].join('\n'));
const region = 'eu-central-1';
const KMS_KEY = '11111111-1111-4111-8111-111111111111';
const dynamodbRisks = async (endpoint?: string) =>
  (
    await endpointRisks(
      dynamodbClient({ region, ...(endpoint === undefined ? {} : { endpoint }) }),
      'paywright',
    )
  )._unsafeUnwrap();

describe('where requests of an AWS client go', () => {
  it.each([
    ['its region', ''],
    ['a dual stack', 'use_dualstack_endpoint = true'],
    [
      'an endpoint of AWS for a VPC',
      'endpoint_url = https://vpce-1.dynamodb.eu-central-1.vpce.amazonaws.com',
    ],
  ])('is no risk at %s', async (_, line) => {
    profile(line);
    expect(await dynamodbRisks()).toEqual([]);
  });

  it.each([
    [
      'in the clear',
      'endpoint_url = http://dynamodb.eu-central-1.amazonaws.com',
      'http://dynamodb.eu-central-1.amazonaws.com/',
    ],
    ['on this machine', 'endpoint_url = https://localhost:8000', 'https://localhost:8000/'],
    [
      'somewhere else',
      'endpoint_url = https://dynamodb.eu-central-1.amazonaws.com.evil.example',
      'https://dynamodb.eu-central-1.amazonaws.com.evil.example/',
    ],
  ])('is a risk where a profile leads %s', async (_, line, url) => {
    profile(line);
    expect(await dynamodbRisks()).toEqual([{ kind: 'EndpointForeign', service: 'DynamoDB', url }]);
  });

  it('is a risk where a profile leads this service alone elsewhere', async () => {
    profile('services = here', '[services here]', 'dynamodb =', '  endpoint_url = http://192.0.2.1:8000');
    expect(await dynamodbRisks()).toMatchObject([{ url: 'http://192.0.2.1:8000/' }]);
  });

  it('is a risk where the environment or a setting leads elsewhere', async () => {
    expect(await dynamodbRisks('http://127.0.0.1:8000')).toMatchObject([{ url: 'http://127.0.0.1:8000/' }]);
    vi.stubEnv('AWS_ENDPOINT_URL', 'http://192.0.2.1');
    expect(await dynamodbRisks()).toMatchObject([{ url: 'http://192.0.2.1/' }]);
  });

  it('is a risk of the secret that opens a database, too', async () => {
    profile('endpoint_url = http://192.0.2.1');
    const client = new SecretsManagerClient({ region });
    expect(await secretEndpointRisks({ client, secretArn: 'arn' })).toEqual([
      { kind: 'EndpointForeign', service: 'Secrets Manager', url: 'http://192.0.2.1/' },
    ]);
  });
});

it('is a risk of the bucket that keeps files, too', async () => {
  profile('services = here', '[services here]', 's3 =', '  endpoint_url = http://192.0.2.1:9000');
  const at = { client: s3Client({ region }), bucket: 'paywright-files' };
  expect(await bucketEndpointRisks(at)).toEqual([
    { kind: 'EndpointForeign', service: 'S3', url: 'http://192.0.2.1:9000/' },
  ]);
});

it('is no risk of a bucket at its region', async () => {
  const at = { client: s3Client({ region }), bucket: 'paywright-files' };
  expect(await bucketEndpointRisks(at)).toEqual([]);
});

it.each([
  ['DynamoDB', {}, 'dynamodb', 'DynamoDB'],
  ['S3', { EXPORT_BUCKET: 'paywright-files' }, 's3', 'S3'],
  ['KMS', { KMS_KEY_ID: KMS_KEY, KMS_INDEX_KEY_ID: KMS_KEY }, 'kms', 'KMS'],
])(
  'production does not start where a profile leads %s elsewhere, and says nothing there',
  async (_, env, part, service) => {
    let asked = 0;
    const server = createServer((_, response) => {
      asked += 1;
      response.end('{}');
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    profile('services = here', '[services here]', `${part} =`, `  endpoint_url = http://127.0.0.1:${port}`);
    const config = readConfig({ STORAGE: 'memory', ...env }, () => 's'.repeat(32))._unsafeUnwrap();
    const storage = { kind: 'dynamodb', table: 'paywright', region, at: { kind: 'aws' } } as const;
    const opened = await openPlatform({
      ...config,
      stage: 'production',
      platform: { ...config.platform, storage },
    });
    expect(opened).toMatchObject({
      kind: 'NotReady',
      configuration: true,
      says: expect.stringContaining(
        `${service} is asked at http://127.0.0.1:${port}/, which is not AWS over TLS`,
      ),
    });
    expect(asked).toBe(0);
    server.close();
  },
);
