import { afterEach, expect, it, vi } from 'vitest';
import { fileLinksBegin } from '../../src/composition/file-links.ts';
import { openObjects } from '../../src/composition/kept-objects.ts';
import { uploadObject } from '../../src/domain/files/reconciliation-files.ts';
import type { ReconciliationId } from '../../src/domain/kernel/ids.ts';
import { aMerchantId } from '../fixtures/changes.ts';

afterEach(() => vi.unstubAllEnvs());

const object = uploadObject({ merchantId: aMerchantId(), id: `rec_${'0'.repeat(32)}` as ReconciliationId });

it.each([
  ['its own host', 'files-of-shops', {}, 'https://files-of-shops.s3.eu-west-1.amazonaws.com/'],
  ['a host that it shares', 'files.of.shops', {}, 'https://s3.eu-west-1.amazonaws.com/files.of.shops/'],
  [
    'the address that the environment names',
    'files-of-shops',
    { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9000' },
    'http://127.0.0.1:9000/files-of-shops/',
  ],
])('links to a bucket begin with %s', async (_, bucket, env, beginning) => {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const place = { kind: 'bucket', bucket, region: 'eu-west-1' } as const;
  // Nothing is signed, so no credentials are looked for.
  expect(await fileLinksBegin(place)).toBe(beginning);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  const { objects, close } = openObjects(place, 'secret');
  const terms = { expiresAt: Date.now() + 60_000, mostBytes: 100, bytes: 100, contentType: 'text/csv' };
  const link = (await objects.signUpload(object, terms))._unsafeUnwrap();
  expect(link.startsWith(beginning)).toBe(true);
  close();
});

it('links to a folder are paths of this service', async () => {
  expect(await fileLinksBegin({ kind: 'folder', folder: ':memory:' })).toBeUndefined();
});
