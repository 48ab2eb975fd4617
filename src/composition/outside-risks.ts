import { ResultAsync } from 'neverthrow';
import type { StorageRisk } from '../ports/storage-risk.ts';
import { bucketRisks, kmsRisks } from './aws-on-demand.ts';
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
    ...(objects.kind === 'bucket' ? await bucketRisks(objects) : []),
    ...(keys.kind === 'kms' ? await kmsRisks(keys) : []),
  ];
}
