import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Plugin } from 'esbuild';

export type Storage = 'memory' | 'postgres' | 'dynamodb';

const STANDS = join(import.meta.dirname, 'in-their-place');

/** The files of the storages that a function does not have are left out: asked for, they say so. */
export const oneStorage = (storage: Storage): Plugin => ({
  name: 'one-storage',
  setup(build) {
    build.onResolve({ filter: /\/(memory|postgres|dynamodb)-storages\.ts$/ }, ({ path }) =>
      basename(path).startsWith(storage) ? undefined : { path: join(STANDS, basename(path)) },
    );
  },
});

/** The clients of the queue and the bus, which the relay of approvals alone sends to. */
export const withoutMessaging: Plugin = {
  name: 'without-messaging',
  setup(build) {
    build.onResolve({ filter: /\/aws-messaging\.ts$/ }, () => ({ path: join(STANDS, 'aws-messaging.ts') }));
  },
};

/** Schemas as they validate: what only documents them, and texts in other languages, are left out. */
export const withoutDocuments: Plugin = {
  name: 'without-documents',
  setup(build) {
    build.onResolve({ filter: /^@hono\/zod-openapi$/ }, () => ({ path: join(STANDS, 'zod-openapi.ts') }));
    build.onResolve({ filter: /locales\/index\.js$/ }, ({ importer }) =>
      importer.includes('/zod/') ? { path: join(STANDS, 'zod-locales.ts') } : undefined,
    );
    // As an import of all names, of which the bundler takes those that are used; as one name all of it is.
    build.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(
        /^import \{ z \} from '(?:@hono\/zod-openapi|zod)';$/m,
        "import * as z from '@hono/zod-openapi';",
      ),
      loader: 'ts',
    }));
  },
};

/** Credentials come from the environment, as Lambda sets them, and from no profile, container or instance. */
export const credentialsOfLambda: Plugin = {
  name: 'credentials-of-lambda',
  setup(build) {
    build.onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, () => ({
      path: join(STANDS, 'credential-provider-node.ts'),
    }));
  },
};

/** The logger writes from the thread that it is called in. */
export const oneThread: Plugin = {
  name: 'one-thread',
  setup(build) {
    build.onResolve({ filter: /^thread-stream$/ }, () => ({ path: join(STANDS, 'thread-stream.ts') }));
  },
};
