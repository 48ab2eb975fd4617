import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { err, type Result, ResultAsync } from 'neverthrow';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStoreUnavailable } from '../../ports/object-store.ts';
import type { StorageRisk } from '../../ports/storage-risk.ts';
import { foreignEndpoint } from '../shared/aws-endpoint.ts';
import { isOfTheWorld } from './faults.ts';

/** A bucket of S3 and who asks it. `clock` says when an object was stored and when a link begins. */
export type Bucket = Readonly<{ client: S3Client; bucket: string; clock: Clock }>;

export type BucketSettings = Readonly<{
  bucket: string;
  region: string;
  /** Another address than the region's own, with the bucket's name in the path: an emulator. */
  endpoint?: string;
}>;

/**
 * A client of a bucket. It tries a request three times, as everything that is asked of it here can be repeated. A checksum is
 * sent with what is written, and none is made up for what a link's holder will write.
 */
export function s3Client({ region, endpoint }: Omit<BucketSettings, 'bucket'>): S3Client {
  const client = new S3Client({
    region,
    maxAttempts: 3,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_SUPPORTED',
    requestHandler: { connectionTimeout: 2_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
  });
  // It prepares a log line of every reply for a logger, and there is none.
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}

/** A risk when the bucket is asked for elsewhere than at AWS over TLS. */
export const bucketEndpointRisks = ({
  client,
  bucket,
}: Pick<Bucket, 'client' | 'bucket'>): Promise<readonly StorageRisk[]> =>
  foreignEndpoint('S3', new HeadBucketCommand({ Bucket: bucket }), (command) => client.send(command));

export const unavailable = (cause: unknown): ObjectStoreUnavailable => ({
  kind: 'ObjectStoreUnavailable',
  cause,
});

/** Runs the work; what S3 or the way to it refuses is an Err, and a defect is thrown on. */
export const attempt = <T, E>(
  work: () => Promise<Result<T, E>>,
): ResultAsync<T, E | ObjectStoreUnavailable> =>
  new ResultAsync(
    work().catch((cause: unknown): Result<T, E | ObjectStoreUnavailable> => {
      if (!isOfTheWorld(cause)) throw cause;
      return err(unavailable(cause));
    }),
  );

/** What the work resolves to, and undefined where S3 answers with one of these names or statuses. */
export const unless = <T>(
  work: Promise<T>,
  isExpected: (fault: unknown) => boolean,
): Promise<T | undefined> =>
  work.catch((fault: unknown) => {
    if (isExpected(fault)) return undefined;
    throw fault;
  });
