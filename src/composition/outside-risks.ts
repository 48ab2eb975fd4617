import { ResultAsync } from 'neverthrow';
import { bucketEndpointRisks, s3Client } from '../adapters/aws/bucket.ts';
import { kmsClient, kmsEndpointRisks } from '../adapters/aws/kms-client.ts';
import type { StorageRisk } from '../ports/storage-risk.ts';
import type { OpenStorage } from './open-storage.ts';
import type { PlatformSettings } from './platform-settings.ts';

type Outside = Pick<PlatformSettings, 'objects' | 'keys'>;

/** The storage, among whose risks are those on the way to what else the platform asks of AWS; these are looked for first. */
export const withOutsideRisks = (storage: OpenStorage, outside: Outside): OpenStorage => ({
  ...storage,
  risks: () =>
    ResultAsync.fromSafePromise(outsideRisks(outside)).andThen((before) =>
      storage.risks().map((risks) => [...before, ...risks]),
    ),
});

async function outsideRisks({ objects, keys }: Outside): Promise<readonly StorageRisk[]> {
  return [
    ...(objects.kind === 'bucket'
      ? await bucketEndpointRisks({ ...objects, client: s3Client(objects) })
      : []),
    ...(keys.kind === 'kms' ? await kmsEndpointRisks({ ...keys, client: kmsClient(keys) }) : []),
  ];
}
