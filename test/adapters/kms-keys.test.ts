import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateKeyCommand,
  type KeySpec,
  type KeyUsageType,
  type KMSClient,
  RotateKeyOnDemandCommand,
} from '@aws-sdk/client-kms';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { kmsHealth } from '../../src/adapters/aws/keys-health.ts';
import { kmsClient, kmsEndpointRisks } from '../../src/adapters/aws/kms-client.ts';
import { type KmsKeys, kmsRotation, kmsSecretKeys } from '../../src/adapters/aws/secret-keys.ts';
import { givenRing } from '../../src/adapters/keys/given-ring.ts';
import { ringKeys } from '../../src/adapters/keys/secret-keys.ts';
import { keyRemedy } from '../../src/entrypoints/cli/key-remedies.ts';
import { secretKeysContract } from '../contract/secret-keys.contract.ts';
import { aMerchantId, NOON } from '../fixtures/changes.ts';
import { EMULATOR_CREDENTIALS, emulatorUrl, hasEmulator } from '../support/aws-emulators.ts';
import { awsProxy } from '../support/aws-proxy.ts';

const owner = { merchantId: aMerchantId('merchant-a'), entityId: 'cus_1' };
const clientAt = (endpoint: string): KMSClient => {
  const client = kmsClient({ region: 'eu-central-1', endpoint });
  client.config.credentials = () => Promise.resolve(EMULATOR_CREDENTIALS);
  return client;
};

/** moto alone re-encrypts and rotates on demand. */
describe.runIf(hasEmulator('moto'))('on moto', () => {
  let url = '';
  let client: KMSClient;
  beforeAll(async () => {
    url = await emulatorUrl('moto');
    client = clientAt(url);
  });

  const made = async (KeySpec: KeySpec, KeyUsage: KeyUsageType): Promise<string> => {
    const { KeyMetadata } = await client.send(new CreateKeyCommand({ KeySpec, KeyUsage }));
    return KeyMetadata?.Arn ?? '';
  };
  const wrappingKey = () => made('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT');
  const indexKey = () => made('HMAC_256', 'GENERATE_VERIFY_MAC');
  const fresh = async (parts: Partial<KmsKeys> = {}): Promise<KmsKeys> => ({
    client,
    keyId: await wrappingKey(),
    indexKeyIds: [await indexKey()],
    ...parts,
  });

  secretKeysContract('KMS', async () => kmsSecretKeys(await fresh()));

  describe('keys in KMS', () => {
    it('unwrap what they wrapped before KMS rotated them by itself, and leave it alone', async () => {
      const kms = await fresh();
      const keys = kmsSecretKeys(kms);
      const { bytes, wrapped } = (await keys.newDataKey(owner))._unsafeUnwrap();
      await client.send(new RotateKeyOnDemandCommand({ KeyId: kms.keyId }));
      expect((await keys.unwrap(owner, wrapped))._unsafeUnwrap()).toEqual(bytes);
      expect((await keys.rewrap(owner, wrapped))._unsafeUnwrap()).toEqual(wrapped);
      expect((await keys.newDataKey(owner)).isOk()).toBe(true);
    });

    it('bring a data key under another key without its leaving KMS, for its owner alone', async () => {
      const before = await fresh();
      const { bytes, wrapped } = (await kmsSecretKeys(before).newDataKey(owner))._unsafeUnwrap();
      const proxy = await awsProxy(url);
      onTestFinished(() => proxy.close());
      const after = kmsSecretKeys({ ...before, client: clientAt(proxy.url), keyId: await wrappingKey() });
      const rewrapped = (await after.rewrap(owner, wrapped))._unsafeUnwrap();
      expect(proxy.seen()).toEqual(['POST / TrentService.ReEncrypt']);
      expect(rewrapped.keyId).not.toBe(wrapped.keyId);
      expect((await after.unwrap(owner, rewrapped))._unsafeUnwrap()).toEqual(bytes);
      expect((await after.unwrap(owner, wrapped))._unsafeUnwrap()).toEqual(bytes);
      const other = { ...owner, entityId: 'cus_2' };
      await expect(async () => after.rewrap(other, wrapped)).rejects.toThrow();
    });

    it('index under each of their keys, the current one first, and leave it to people to take one out', async () => {
      const [older, current] = [await indexKey(), await indexKey()];
      const before = await fresh({ indexKeyIds: [older] });
      const both: KmsKeys = { ...before, indexKeyIds: [current, older] };
      const indexes = async (kms: KmsKeys) =>
        (await kmsSecretKeys(kms).blindIndexes(owner.merchantId, 'ada@example.com'))._unsafeUnwrap();
      const [old] = await indexes(before);
      expect((await indexes(both)).at(1)).toBe(old);
      expect(await indexes(both)).toHaveLength(2);
      const rotation = kmsRotation(both);
      (await rotation.begin())._unsafeUnwrap();
      expect((await rotation.retire(0))._unsafeUnwrap()).toEqual([older]);
      (await rotation.end())._unsafeUnwrap();
    });

    it('take over from a ring: what it wrapped opens, comes under KMS, and is found by both indexes', async () => {
      const ring = ringKeys(givenRing([{ id: 'k1', secret: Buffer.alloc(32, 1).toString('base64url') }]));
      const { bytes, wrapped } = (await ring.newDataKey(owner))._unsafeUnwrap();
      const kms = await fresh({ former: { ...ring, ids: ['k1'] } });
      const keys = kmsSecretKeys(kms);
      expect((await keys.unwrap(owner, wrapped))._unsafeUnwrap()).toEqual(bytes);
      const moved = (await keys.rewrap(owner, wrapped))._unsafeUnwrap();
      expect(kms.keyId.endsWith(moved.keyId)).toBe(true);
      expect((await keys.unwrap(owner, moved))._unsafeUnwrap()).toEqual(Uint8Array.from(bytes));
      const text = 'ada@example.com';
      const [, former] = (await keys.blindIndexes(owner.merchantId, text))._unsafeUnwrap();
      expect([former]).toEqual((await ring.blindIndexes(owner.merchantId, text))._unsafeUnwrap());
      expect((await kmsRotation(kms).retire(0))._unsafeUnwrap()).toEqual(['k1']);
    });

    it('are asked again where KMS is asked too often, or its answer is lost', async () => {
      const proxy = await awsProxy(url);
      onTestFinished(() => proxy.close());
      const keys = kmsSecretKeys(await fresh({ client: clientAt(proxy.url) }));
      proxy.trouble(/GenerateDataKey/, 'throttled', 'reply lost');
      const { bytes, wrapped } = (await keys.newDataKey(owner))._unsafeUnwrap();
      expect((await keys.unwrap(owner, wrapped))._unsafeUnwrap()).toEqual(bytes);
      expect(proxy.met()).toBe(2);
      proxy.trouble(/Decrypt/, 'throttled', 'throttled', 'throttled');
      expect((await keys.unwrap(owner, wrapped))._unsafeUnwrapErr()).toMatchObject({
        kind: 'KeysUnavailable',
        cause: { code: 'throttled' },
      });
    });

    it('are well where they can be used', async () => {
      expect((await kmsHealth(await fresh(), { now: () => NOON }).check()).isOk()).toBe(true);
    });
  });
});

describe('what KMS answers', () => {
  /** The real client before a server that answers every request with this fault, or with none. */
  async function answering(fault: string | undefined) {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(String(request.headers['x-amz-target']));
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.statusCode = fault === undefined ? 200 : 400;
      response.end(JSON.stringify(fault === undefined ? {} : { __type: fault, message: 'no' }));
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    onTestFinished(() => void server.close());
    const client = clientAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const arn = (id: string) => `arn:aws:kms:eu-central-1:111122223333:key/${id}`;
    const kms: KmsKeys = { client, keyId: arn(KEY), indexKeyIds: [arn(KEY.replace('1', '2'))] };
    return { kms, keys: kmsSecretKeys(kms), asked };
  }
  const KEY = '11111111-1111-4111-8111-111111111111';
  const wrapped = { keyId: KEY, wrapped: 'AAAA' };

  it.each([
    ['AccessDeniedException', 'denied', 'in its policy'],
    ['DisabledException', 'disabled', 'enable-key'],
    ['KMSInvalidStateException', 'pending_deletion', 'cancel-key-deletion'],
    ['NotFoundException', 'missing', 'no such key'],
    ['SomethingNewException', 'unavailable', 'credentials'],
  ])('of %s is that the keys are unavailable, why, and what mends it', async (fault, reason, remedy) => {
    const { kms, keys } = await answering(fault);
    for (const asked of [
      keys.newDataKey(owner),
      keys.unwrap(owner, wrapped),
      keys.rewrap(owner, { ...wrapped, keyId: KEY.replace('1', '3') }),
      keys.blindIndexes(owner.merchantId, 'x'),
    ]) {
      const failure = (await asked)._unsafeUnwrapErr();
      expect(failure).toMatchObject({ kind: 'KeysUnavailable', cause: { code: reason, name: fault } });
      expect(keyRemedy(failure.cause)).toContain(remedy);
    }
    expect((await kmsHealth(kms, { now: () => NOON }).check())._unsafeUnwrapErr()).toMatchObject({ reason });
  });

  it.each(['InvalidCiphertextException', 'IncorrectKeyException'])(
    'of %s is a key that was tampered with, which no other time mends',
    async (fault) => {
      const { keys } = await answering(fault);
      await expect(async () => keys.unwrap(owner, wrapped)).rejects.toThrow('no');
    },
  );

  it('is not asked for a key of another account, whatever a stored row says', async () => {
    const { keys, asked } = await answering(undefined);
    for (const keyId of [
      'arn:aws:kms:eu-central-1:999999999999:key/11111111-1111-4111-8111-111111111111',
      'alias/x',
      '',
    ])
      expect((await keys.unwrap(owner, { ...wrapped, keyId }))._unsafeUnwrapErr()).toMatchObject({
        cause: { code: 'missing' },
      });
    expect(asked).toEqual([]);
  });

  it('of a dry run that would have done it is that keys are well, and is known for half a minute', async () => {
    const { kms, asked } = await answering('DryRunOperationException');
    let now = NOON;
    const health = kmsHealth(kms, { now: () => now });
    for (const at of [0, 1, 29_999]) {
      now = NOON + at;
      expect((await health.check()).isOk()).toBe(true);
    }
    expect(asked).toEqual(['TrentService.GenerateDataKey', 'TrentService.GenerateMac']);
    now = NOON + 30_000;
    await health.check();
    expect(asked).toHaveLength(4);
  });
});

it('a KMS that is not AWS over TLS is a risk', async () => {
  const at = { client: clientAt('http://192.0.2.1'), keyId: 'k' };
  expect(await kmsEndpointRisks(at)).toEqual([
    { kind: 'EndpointForeign', service: 'KMS', url: 'http://192.0.2.1/' },
  ]);
});
