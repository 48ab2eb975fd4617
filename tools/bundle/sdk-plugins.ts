import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

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

/** S3's client brings what reads such streams, for the one operation that answers with one. */
export const withoutEventStreams: Plugin = {
  name: 'without-event-streams',
  setup(build) {
    build.onResolve({ filter: /^@smithy\/core\/event-streams$/ }, () => ({
      path: join(import.meta.dirname, 'in-their-place/event-streams.ts'),
    }));
  },
};

const keyOf = (text: string | undefined, key: string): string => (text === undefined ? key : `${text}:`);
