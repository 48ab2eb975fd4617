type Asked = Readonly<{
  Bucket: string;
  Region: string;
  Endpoint?: string;
  ForcePathStyle?: boolean;
  UseFIPS?: boolean;
  UseDualStack?: boolean;
}>;

/** What the SDK knows of AWS's partitions and of names that can be hosts. */
type AwsFunctions = Readonly<{
  partition: (region: string) => Readonly<{ name: string; dnsSuffix: string }>;
  isVirtualHostableS3Bucket: (bucket: string, allowSubDomains: boolean) => boolean;
}>;

/** A name behind which S3 has something else than a bucket: access points, directory buckets, Outposts. */
const NO_BUCKET = /^arn:|--(?:x|xa|op)-s3$/;

/**
 * The SDK's rules for S3 as far as they are of a bucket by its name, in a region or at another endpoint: a sixtieth of
 * what the bundle would hold for all of them.
 */
export const s3Endpoint =
  ({ partition, isVirtualHostableS3Bucket }: AwsFunctions) =>
  (asked: Asked) => {
    const { Bucket: bucket, Region: region, Endpoint: endpoint } = asked;
    if (NO_BUCKET.test(bucket)) throw new Error(`${bucket} is no name of a bucket in this bundle`);
    const base = endpoint === undefined ? regional(asked, partition(region)) : new URL(endpoint);
    const isHost =
      asked.ForcePathStyle !== true &&
      !isAddress(base.hostname) &&
      isVirtualHostableS3Bucket(bucket, base.protocol === 'http:');
    return {
      url: isHost ? hosted(base, bucket) : below(base, bucket),
      properties: {
        authSchemes: [
          { disableDoubleEncoding: true, name: 'sigv4', signingName: 's3', signingRegion: region },
        ],
      },
      headers: {},
    };
  };

function regional(
  { Region: region, UseFIPS: fips, UseDualStack: dualStack }: Asked,
  { name, dnsSuffix }: ReturnType<AwsFunctions['partition']>,
): URL {
  if (!/^(?!-)[a-z0-9-]{1,63}$/.test(region) || region === 'aws-global')
    throw new Error(`${region} is no region in this bundle`);
  if (fips === true && name === 'aws-cn') throw new Error(`there is no FIPS in ${name}`);
  return new URL(
    `https://s3${fips === true ? '-fips' : ''}${dualStack === true ? '.dualstack' : ''}.${region}.${dnsSuffix}`,
  );
}

const isAddress = (host: string): boolean => /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[.*\])$/.test(host);

const hosted = (base: URL, bucket: string): URL =>
  new URL(`${base.protocol}//${bucket}.${base.host}${base.pathname}`);

const below = (base: URL, bucket: string): URL =>
  new URL(`${base.protocol}//${base.host}${base.pathname.replace(/\/?$/, '/')}${encodeURIComponent(bucket)}`);
