import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');

const SCHEMAS = /@aws-sdk\/client-[a-z0-9-]+\/dist-es\/schemas\/schemas_\d+\.js$/;

/**
 * Of a client's schemas those of its commands that are sent. Their keys are constants in brackets, behind which a bundler has to
 * expect an effect, so that it takes none of some hundred operations out: as texts they have none.
 */
export const schemasThatAreUsed: Plugin = {
  name: 'schemas-that-are-used',
  setup(build) {
    build.onLoad({ filter: SCHEMAS }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const constants = new Map(
        [...source.matchAll(/^const (\w+) = ("[^"]*");$/gm)].map(([, name, text]) => [name, text]),
      );
      return {
        contents: source
          .replace(/\[(\w+)\]:/g, (key, name) => keyOf(constants.get(name), key))
          .replace(/\b(\d+) \| (\d+)\b/g, (_, a, b) => String(Number(a) | Number(b)))
          .replace(/^n0_registry\.registerError\(.*\);$/gm, ''),
      };
    });
  },
};

const STANDS = join(import.meta.dirname, 'in-their-place');

/** Of a client's package its version, which it says of itself to AWS. */
export const versionOfPackages: Plugin = {
  name: 'version-of-packages',
  setup(build) {
    build.onLoad({ filter: /\/@aws-sdk\/[a-z0-9-]+\/package\.json$/ }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/** A bucket is asked for by its name where its region is, or at another endpoint; DynamoDB never says where it is. */
export const knownEndpoints: Plugin = {
  name: 'known-endpoints',
  setup(build) {
    build.onLoad({ filter: /@aws-sdk\/client-s3\/dist-es\/endpoint\/endpointResolver\.js$/ }, () => ({
      contents: [
        "import { awsEndpointFunctions } from '@aws-sdk/core/client';",
        `import { s3Endpoint } from ${JSON.stringify(join(STANDS, 's3-endpoint.ts'))};`,
        'export const defaultEndpointResolver = s3Endpoint(awsEndpointFunctions);',
      ].join('\n'),
      resolveDir: ROOT,
    }));
    build.onResolve({ filter: /^@aws-sdk\/middleware-endpoint-discovery$/ }, () => ({
      path: join(STANDS, 'endpoint-discovery.ts'),
    }));
  },
};

/** Requests are signed for one region, and hashed by Node. */
export const nativeSigning: Plugin = {
  name: 'native-signing',
  setup(build) {
    build.onLoad({ filter: /\/signature-v4-multi-region\/dist-es\/SignatureV4MultiRegion\.js$/ }, () => ({
      contents:
        "export { SignatureV4SignWithCredentials as SignatureV4MultiRegion } from './SignatureV4SignWithCredentials';",
    }));
    build.onResolve({ filter: /^\.\/(?:Md5|Sha1|Sha256)Js$/ }, () => ({
      path: join(STANDS, 'native-hash.ts'),
    }));
  },
};

/** S3's client brings what reads such streams, for the one operation that answers with one. */
export const withoutEventStreams: Plugin = {
  name: 'without-event-streams',
  setup(build) {
    build.onResolve({ filter: /^@smithy\/core\/event-streams$/ }, () => ({
      path: join(STANDS, 'event-streams.ts'),
    }));
  },
};

const keyOf = (text: string | undefined, key: string): string => (text === undefined ? key : `${text}:`);
