import { GetObjectCommand, HeadBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { ObjectKey } from '../../domain/files/object-key.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { addressOf } from '../shared/aws-endpoint.ts';
import { checkedFileName, checkedType } from '../shared/link-terms.ts';
import { type Bucket, type BucketSettings, s3Client } from './bucket.ts';

type Terms<Link extends 'signRead' | 'signUpload'> = Parameters<ObjectStore[Link]>[1];

/** No longer than the credentials that sign it: those of a role are good for hours. */
export const signedRead = (
  { client, bucket, clock }: Bucket,
  key: ObjectKey,
  { expiresAt, fileName }: Terms<'signRead'>,
): Promise<string> =>
  getSignedUrl(
    client,
    new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      ResponseContentDisposition:
        fileName === undefined ? 'attachment' : `attachment; filename="${checkedFileName(fileName)}"`,
    }),
    validity(clock.now(), expiresAt),
  );

/**
 * The type is signed, and the size where it is said exactly: the sender repeats both as headers. S3 binds a PUT to no size at
 * the most, so what came is judged again by who reads it.
 */
export const signedUpload = (
  { client, bucket, clock }: Bucket,
  key: ObjectKey,
  { expiresAt, contentType, bytes }: Terms<'signUpload'>,
): Promise<string> =>
  getSignedUrl(
    client,
    new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      ContentType: checkedType(contentType),
      ...present({ ContentLength: bytes }),
    }),
    {
      ...validity(clock.now(), expiresAt),
      signableHeaders: new Set(['host', 'content-type', 'content-length']),
    },
  );

/**
 * What every link of a bucket begins with, as `https://files.s3.eu-west-1.amazonaws.com/`. Its path ends with the bucket's name where
 * the host is that of other buckets too. AWS is asked nothing.
 */
export async function linksBegin({ bucket, ...settings }: BucketSettings): Promise<string> {
  const client = s3Client(settings);
  // Nothing is sent, so nothing has to be signed.
  client.config.credentials = () => Promise.resolve({ accessKeyId: '-', secretAccessKey: '-' });
  const { protocol, hostname, port, path } = await addressOf(
    new HeadBucketCommand({ Bucket: bucket }),
    (command) => client.send(command),
  );
  client.destroy();
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path.replace(/\/?$/, '/')}`;
}

const validity = (now: Instant, expiresAt: Instant) => ({
  signingDate: new Date(now),
  expiresIn: Math.max(1, Math.floor((expiresAt - now) / 1_000)),
});
