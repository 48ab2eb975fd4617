import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type S3Client,
} from '@aws-sdk/client-s3';
import { s3Client } from '../../src/adapters/aws/bucket.ts';
import { s3Objects } from '../../src/adapters/aws/object-store.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { type BreakableObjects, ProcessDied } from '../contract/breakable-objects.ts';
import { type AwsEmulator, EMULATOR_CREDENTIALS, emulatorUrl } from './aws-emulators.ts';

let count = 0;

/** A client of an emulator's S3, or of what stands between. */
export function emulatedS3(endpoint: string): S3Client {
  const client = s3Client({ region: 'eu-central-1', endpoint });
  client.config.credentials = () => Promise.resolve(EMULATOR_CREDENTIALS);
  return client;
}

/** An empty bucket of its own on an emulator. */
export async function freshBucket(emulator: AwsEmulator) {
  const endpoint = await emulatorUrl(emulator);
  const client = emulatedS3(endpoint);
  count += 1;
  const bucket = `paywright-${process.pid}-${crypto.randomUUID().slice(0, 8)}-${count}`;
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return { endpoint, client, bucket };
}

const clock: Clock = { now: Date.now };

/** The store in a bucket, as its contract breaks it: each request is two steps, that it is sent and that it is answered. */
export async function breakableBucket(emulator: AwsEmulator): Promise<BreakableObjects> {
  const { endpoint, client, bucket } = await freshBucket(emulator);
  return {
    objects: s3Objects({ client, bucket, clock }),
    failing: (nth, fault) => s3Objects({ client: failingClient(endpoint, nth, fault), bucket, clock }),
    refusal: { name: 'SlowDown' },
    callsOfPut: 2,
    vanish: () => deleteBucket(client, bucket),
  };
}

/** Waits for nothing and tries nothing again. */
const ONCE = {
  acquireInitialRetryToken: () => Promise.resolve({ getRetryCount: () => 0, getRetryDelay: () => 0 }),
  refreshRetryTokenForRetry: () => Promise.reject(new Error('once')),
  recordSuccess: () => undefined,
};

type Handle = S3Client['config']['requestHandler']['handle'];

function failingClient(endpoint: string, nth: number, fault: 'died' | 'refused'): S3Client {
  const client = emulatedS3(endpoint);
  client.config.retryStrategy = () => Promise.resolve(ONCE);
  const { requestHandler } = client.config;
  let calls = 0;
  const isOver = () => {
    calls += 1;
    return calls >= nth;
  };
  const ended: Handle = () => {
    if (fault === 'died') return Promise.reject(new ProcessDied());
    const body = Readable.from(['<Error><Code>SlowDown</Code><Message>Less, please.</Message></Error>']);
    return Promise.resolve({ response: { statusCode: 503, headers: {}, body } as never });
  };
  const handle: Handle = async (...asked) => {
    if (isOver()) return ended(...asked);
    const answer = await requestHandler.handle(...asked);
    return isOver() ? ended(...asked) : answer;
  };
  client.config.requestHandler = { ...requestHandler, handle } as typeof requestHandler;
  return client;
}

async function deleteBucket(client: S3Client, Bucket: string): Promise<void> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
  for (const { Key, UploadId } of Uploads)
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
  for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket, Key }));
  await client.send(new DeleteBucketCommand({ Bucket }));
}
