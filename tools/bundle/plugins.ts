import { join } from 'node:path';
import type { Plugin } from 'esbuild';

export type Storage = 'memory' | 'postgres' | 'dynamodb';

const STANDS = join(import.meta.dirname, 'in-their-place');

/** Credentials come from the environment, as Lambda sets them, and from no profile, container or instance. */
export const credentialsOfLambda: Plugin = {
  name: 'credentials-of-lambda',
  setup(build) {
    build.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({
      path: join(STANDS, 'credential-provider-node.ts'),
    }));
  },
};

/** What a function uses is in its bundle from the start. */
export const awsFromTheStart: Plugin = {
  name: 'aws-from-the-start',
  setup(build) {
    build.onResolve({ filter: /\/aws-on-demand\.ts$/ }, () => ({ path: join(STANDS, 'aws-on-demand.ts') }));
  },
};

/** What the functions need of the container, which is little of it. */
export const lightContainer: Plugin = {
  name: 'light-container',
  setup(build) {
    build.onResolve({ filter: /^inversify$/ }, () => ({ path: join(STANDS, 'inversify.ts') }));
  },
};

/** `paywright verify` reads all that is stored, from the command line. */
export const withoutVerification: Plugin = {
  name: 'without-verification',
  setup(build) {
    build.onResolve({ filter: /\/integrity\/verify-files\.ts$/ }, () => ({
      path: join(STANDS, 'verify-files.ts'),
    }));
    build.onResolve({ filter: /^\.\/stored-rows\.ts$/ }, ({ importer }) =>
      /\/adapters\/(?:dynamodb|postgres)\/storage\.ts$/.test(importer)
        ? { path: join(STANDS, 'stored-rows.ts') }
        : undefined,
    );
  },
};

/** Streams of events, the console, and what operators see of a process, are of servers (docs/decisions/0051, 0054, 0055). */
export const withoutRoutesOfServers: Plugin = {
  name: 'without-routes-of-servers',
  setup(build) {
    build.onResolve({ filter: /\/(?:operation\/system|webhooks\/event-stream)\.ts$/ }, () => ({
      path: join(STANDS, 'routes-of-servers.ts'),
    }));
    build.onResolve({ filter: /\/console-variables\.ts$/ }, () => ({
      path: join(STANDS, 'console-variables.ts'),
    }));
  },
};

/** The logger writes to one stream, from the thread that it is called in. */
export const oneThread: Plugin = {
  name: 'one-thread',
  setup(build) {
    build.onResolve({ filter: /\/(?:transport|multistream)$/ }, ({ importer }) =>
      /\/pino\/(?:lib\/tools|pino)\.js$/.test(importer)
        ? { path: join(STANDS, 'pino-streams.ts') }
        : undefined,
    );
  },
};
