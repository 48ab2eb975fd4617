import { bucketEndpointRisks, s3Client } from '../adapters/aws/bucket.ts';
import { uploadRetention } from '../adapters/aws/object-leftovers.ts';
import { s3Objects } from '../adapters/aws/object-store.ts';
import { systemClock } from '../adapters/system/clock.ts';
import type { StorageRisk } from '../ports/storage-risk.ts';
import type { KeptObjects } from './kept-parts.ts';
import type { ObjectsPlace } from './platform-settings.ts';

type BucketPlace = Extract<ObjectsPlace, { kind: 'bucket' }>;

/** Files in a bucket of S3. */
export function openBucket({ bucket, region }: BucketPlace): KeptObjects {
  const at = { client: s3Client({ region }), bucket, clock: systemClock };
  return {
    objects: s3Objects(at),
    // S3 serves its links itself.
    links: { open: () => undefined },
    leftovers: uploadRetention(at),
    close: () => at.client.destroy(),
  };
}

/** What is a risk on the way to the bucket. Nothing is asked. */
export const bucketRisks = (place: BucketPlace): Promise<readonly StorageRisk[]> =>
  bucketEndpointRisks({ ...place, client: s3Client(place) });
