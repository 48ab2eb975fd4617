import { ResultAsync } from 'neverthrow';
import { bucketEndpointRisks, s3Client } from '../adapters/aws/bucket.ts';
import type { StorageRisk } from '../ports/storage-risk.ts';
import type { OpenStorage } from './open-storage.ts';
import type { PlatformSettings } from './platform-settings.ts';

type Outside = Pick<PlatformSettings, 'objects'>;

/** The storage, among whose risks are those on the way to what else the platform asks of AWS; these are looked for first. */
export const withOutsideRisks = (storage: OpenStorage, outside: Outside): OpenStorage => ({
  ...storage,
  risks: () =>
    ResultAsync.fromSafePromise(outsideRisks(outside)).andThen((before) =>
      storage.risks().map((risks) => [...before, ...risks]),
    ),
});

async function outsideRisks({ objects }: Outside): Promise<readonly StorageRisk[]> {
  if (objects.kind === 'folder') return [];
  const { bucket, region } = objects;
  return bucketEndpointRisks({ client: s3Client({ region }), bucket });
}
