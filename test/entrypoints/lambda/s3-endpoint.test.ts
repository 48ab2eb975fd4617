import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { knownEndpoints } from '../../../tools/bundle/sdk-plugins.ts';

type Resolve = (asked: object) => unknown;

const BUCKETS = ['paywright-files', 'files.paywright.example', 'Old_Bucket', 'a b/ü', 'ab', '1.2.3.4'];
const REGIONS = ['eu-central-1', 'us-east-1', 'cn-north-1', 'us-gov-west-1', 'eusc-de-east-1'];
const ENDPOINTS = [
  undefined,
  'http://127.0.0.1:4566',
  'https://s3.example/below',
  'http://[::1]:80/',
  'http://s3.example:9',
];

/** With a name of several labels at an address, the SDK makes a URL that is none. */
const hasPlace = ({ Bucket, Endpoint = '' }: Readonly<{ Bucket: string; Endpoint?: string }>): boolean =>
  !(Bucket.includes('.') && /127|::/.test(Endpoint));

/** Every place that a function's settings and environment can make of these. */
const PLACES = BUCKETS.flatMap((Bucket) =>
  REGIONS.flatMap((Region) =>
    ENDPOINTS.flatMap((Endpoint) =>
      [false, true].flatMap((ForcePathStyle) =>
        (Endpoint === undefined ? [{}, { UseFIPS: true }, { UseDualStack: true }] : [{}]).map((more) => ({
          Bucket,
          ...(Endpoint === undefined ? {} : { Endpoint }),
          Region,
          ForcePathStyle,
          ...more,
        })),
      ),
    ),
  ),
).filter(hasPlace);

const folder = mkdtempSync(join(tmpdir(), 'paywright-s3-endpoint-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

let bundled: Resolve;
beforeAll(async () => {
  bundled = resolverOf(await bundledClient());
});

describe('where a bundle finds a bucket', () => {
  it('is where the SDK with all of its rules finds it', () => {
    const whole = resolverOf(S3Client);
    const differing = PLACES.filter((place) => outcome(bundled, place) !== outcome(whole, place));
    expect(differing.map((place) => [place, outcome(bundled, place), outcome(whole, place)])).toEqual([]);
  });

  it.each([
    'arn:aws:s3:eu-central-1:000000000000:accesspoint/files',
    'files--euc1-az1--x-s3',
    'files--op-s3',
  ])('is nowhere for %s, which is no name of a bucket', (Bucket) => {
    expect(() => bundled({ Bucket, Region: 'eu-central-1' })).toThrow('is no name of a bucket');
  });
});

const resolverOf = (Client: typeof S3Client): Resolve =>
  new Client({ region: 'eu-central-1' }).config.endpointProvider as Resolve;

function outcome(resolve: Resolve, place: object): string {
  try {
    return JSON.stringify(resolve(place));
  } catch {
    return 'refused';
  }
}

async function bundledClient(): Promise<typeof S3Client> {
  const outfile = join(folder, 'client.cjs');
  await build({
    stdin: { contents: "export { S3Client } from '@aws-sdk/client-s3';", resolveDir: import.meta.dirname },
    bundle: true,
    outfile,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    conditions: ['module'],
    plugins: [knownEndpoints],
  });
  return (createRequire(import.meta.url)(outfile) as { S3Client: typeof S3Client }).S3Client;
}
