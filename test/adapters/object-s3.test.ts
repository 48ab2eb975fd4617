import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { s3Client } from '../../src/adapters/aws/bucket.ts';
import { uploadRetention } from '../../src/adapters/aws/object-leftovers.ts';
import { s3Objects } from '../../src/adapters/aws/object-store.ts';
import { LEAST_PART_BYTES, type ObjectStore } from '../../src/ports/object-store.ts';
import { aKey, readAll } from '../contract/breakable-objects.ts';
import { objectStoreContract } from '../contract/object-store.contract.ts';
import { hasEmulator } from '../support/aws-emulators.ts';
import { awsProxy } from '../support/aws-proxy.ts';
import { breakableBucket, emulatedS3, freshBucket } from '../support/s3-buckets.ts';

/** versitygw checks signatures and what a part must hold; MiniStack takes every key. One of both is enough but for a deep look. */
const isDeep = process.env['PAYWRIGHT_DEEP_ENGINES'] !== undefined;
const s3 = hasEmulator('versitygw') ? 'versitygw' : 'ministack';

if (isDeep || s3 === 'ministack')
  describe.runIf(hasEmulator('ministack'))('on MiniStack', () => {
    objectStoreContract('S3', () => breakableBucket('ministack'), { filesOutOfReach: true });
  });
describe.runIf(hasEmulator('versitygw'))('on versitygw', () => {
  objectStoreContract('S3', () => breakableBucket('versitygw'), {
    keysBelowKeys: true,
    filesOutOfReach: true,
  });
});

const key = aKey('exports/m/e.csv');
const bytes = new TextEncoder().encode('a,b\r\n1,2\r\n');

describe.runIf(hasEmulator(s3))(`objects in a bucket (${s3})`, () => {
  async function wired() {
    const { endpoint, bucket } = await freshBucket(s3);
    const proxy = await awsProxy(endpoint);
    onTestFinished(() => proxy.close());
    const at = { client: emulatedS3(proxy.url), bucket, clock: { now: Date.now } };
    return { proxy, at, objects: s3Objects(at) };
  }

  const readOf = async (objects: ObjectStore) => readAll((await objects.get(key))._unsafeUnwrap().bytes);

  it('are tried again where the service is asked too often, or its answer is lost', async () => {
    const { proxy, objects } = await wired();
    proxy.trouble(/^PUT/, 'throttled', 'reply lost');
    const stored = (await objects.put(key, bytes, 'text/csv'))._unsafeUnwrap();
    proxy.trouble(/^GET/, 'reply lost', 'throttled');
    expect((await readOf(objects)).bytes.equals(bytes)).toBe(true);
    expect(proxy.met()).toBe(4);
    expect((await objects.head(key))._unsafeUnwrap()).toEqual(stored);
  });

  it('are unavailable, and whole or not there, where the service goes on saying that it is asked too often', async () => {
    const { proxy, objects } = await wired();
    proxy.trouble(/./, ...Array<'throttled'>(12).fill('throttled'));
    for (const asked of [
      objects.put(key, bytes, 'text/csv'),
      objects.get(key),
      objects.head(key),
      objects.list('', { limit: 1 }),
    ])
      expect((await asked)._unsafeUnwrapErr()).toMatchObject({ kind: 'ObjectStoreUnavailable' });
    expect((await objects.head(key))._unsafeUnwrapErr().kind).toBe('ObjectNotFound');
  });

  it('are completed once where the answer to the completion is lost', async () => {
    const { proxy, objects } = await wired();
    const upload = (await objects.startUpload(key, 'text/csv'))._unsafeUnwrap();
    const tags = [
      (await objects.putPart(upload, 1, new Uint8Array(LEAST_PART_BYTES)))._unsafeUnwrap(),
      (await objects.putPart(upload, 2, bytes))._unsafeUnwrap(),
    ];
    proxy.trouble(/^POST .*uploadId=/, 'reply lost');
    const stored = (await objects.completeUpload(upload, tags))._unsafeUnwrap();
    expect(stored).toMatchObject({ size: LEAST_PART_BYTES + bytes.length, contentType: 'text/csv' });
    expect(proxy.met()).toBe(1);
    expect((await objects.completeUpload(upload, tags))._unsafeUnwrapErr().kind).toBe('UploadNotFound');
  });

  it('are no object of an upload that was given up, also where one of the same name is there', async () => {
    const { objects } = await wired();
    (await objects.put(key, bytes, 'text/csv'))._unsafeUnwrap();
    const upload = (await objects.startUpload(key, 'text/csv'))._unsafeUnwrap();
    const tag = (await objects.putPart(upload, 1, bytes))._unsafeUnwrap();
    (await objects.abortUpload(upload))._unsafeUnwrap();
    expect((await objects.completeUpload(upload, [tag]))._unsafeUnwrapErr().kind).toBe('UploadNotFound');
  });

  it('end as damaged where the way has changed a byte of a whole one', async () => {
    const { proxy, objects } = await wired();
    (await objects.put(key, bytes, 'text/csv'))._unsafeUnwrap();
    proxy.trouble(/^GET/, 'damaged');
    expect((await readOf(objects)).fault).toBe('ObjectDamaged');
    expect((await readOf(objects)).fault).toBeUndefined();
  });

  it('lose uploads that were not completed within a week, and no other', async () => {
    const { at, objects } = await wired();
    const upload = (await objects.startUpload(key, 'text/csv'))._unsafeUnwrap();
    const leftovers = uploadRetention(at);
    const WEEK = 7 * 86_400_000;
    const ends = async () => (await leftovers.oldestEnds('upload'))._unsafeUnwrap() ?? 0;
    const prune = async (now: number) => (await leftovers.prune('upload', now, 100))._unsafeUnwrap();
    const end = await ends();
    expect(Math.abs(end - Date.now() - WEEK)).toBeLessThan(3_600_000);
    expect(await prune(end - 1)).toBe(0);
    expect((await objects.putPart(upload, 1, bytes)).isOk()).toBe(true);
    // A gateway over files says of an upload that it began when its last part came.
    expect(await prune(await ends())).toBe(1);
    expect(await ends()).toBe(0);
    expect(
      (await at.client.send(new ListMultipartUploadsCommand({ Bucket: at.bucket }))).Uploads ?? [],
    ).toEqual([]);
  });
});

describe.runIf(hasEmulator(s3))(`links to a bucket (${s3})`, () => {
  async function linked() {
    const { client, bucket } = await freshBucket(s3);
    let now = Date.now();
    const objects = s3Objects({ client, bucket, clock: { now: () => now } });
    const pass = (ms: number) => {
      now += ms;
    };
    return { objects, pass, in15Minutes: () => now + 900_000 };
  }
  const faithful = it.runIf(s3 === 'versitygw');

  it('read an object without a token, and a range of it, as a file of the given name', async () => {
    const { objects, in15Minutes } = await linked();
    (await objects.put(key, bytes, 'text/csv'))._unsafeUnwrap();
    const url = (
      await objects.signRead(key, { expiresAt: in15Minutes(), fileName: 'e.csv' })
    )._unsafeUnwrap();
    const whole = await fetch(url);
    expect([whole.status, await whole.text()]).toEqual([200, 'a,b\r\n1,2\r\n']);
    expect(whole.headers.get('content-disposition')).toBe('attachment; filename="e.csv"');
    expect(whole.headers.get('content-type')).toBe('text/csv');
    const part = await fetch(url, { headers: { range: 'bytes=5-' } });
    expect([part.status, await part.text()]).toEqual([206, '1,2\r\n']);
    await expect(async () =>
      objects.signRead(key, { expiresAt: in15Minutes(), fileName: 'a"b' }),
    ).rejects.toThrow('file name');
  });

  faithful('are for one object and end with their time', async () => {
    const { objects, pass, in15Minutes } = await linked();
    (await objects.put(key, bytes, 'text/csv'))._unsafeUnwrap();
    const url = (await objects.signRead(key, { expiresAt: in15Minutes() }))._unsafeUnwrap();
    expect((await fetch(url.replace('e.csv', 'f.csv'))).status).toBe(403);
    expect((await fetch(url.replace(/Expires=\d+/, 'Expires=9999'))).status).toBe(403);
    pass(-3_600_000);
    const old = (await objects.signRead(key, { expiresAt: in15Minutes() }))._unsafeUnwrap();
    expect((await fetch(old)).status).toBe(403);
  });

  it('take an object of the type that was signed, however often', async () => {
    const { objects, in15Minutes } = await linked();
    const url = (
      await objects.signUpload(key, { expiresAt: in15Minutes(), mostBytes: 100, contentType: 'text/csv' })
    )._unsafeUnwrap();
    for (const body of ['first', 'a,b\r\n1,2\r\n'])
      expect(
        (await fetch(url, { method: 'PUT', body, headers: { 'content-type': 'text/csv' } })).status,
      ).toBe(200);
    const stored = (await objects.head(key))._unsafeUnwrap();
    expect(stored).toMatchObject({ size: bytes.length, contentType: 'text/csv' });
  });

  faithful('refuse another type, another verb, and another size where one was signed', async () => {
    const { objects, in15Minutes } = await linked();
    const terms = { expiresAt: in15Minutes(), mostBytes: 100, contentType: 'text/csv' };
    const put = async (url: string, body: string, type = 'text/csv') =>
      (await fetch(url, { method: 'PUT', body, headers: { 'content-type': type } })).status;
    const url = (await objects.signUpload(key, terms))._unsafeUnwrap();
    expect(await put(url, 'a', 'text/html')).toBe(403);
    expect((await fetch(url)).status).toBe(403);
    const exact = (await objects.signUpload(key, { ...terms, bytes: 3 }))._unsafeUnwrap();
    expect(await put(exact, 'abcd')).toBe(403);
    expect((await objects.head(key))._unsafeUnwrapErr().kind).toBe('ObjectNotFound');
    expect(await put(exact, 'abc')).toBe(200);
  });
});

it('a bucket’s client asks AWS three times, without a checksum where it does not write itself', async () => {
  const { config } = s3Client({ region: 'eu-central-1' });
  expect(await config.maxAttempts()).toBe(3);
  expect(await config.requestChecksumCalculation()).toBe('WHEN_REQUIRED');
  expect(config.forcePathStyle).toBe(false);
});
