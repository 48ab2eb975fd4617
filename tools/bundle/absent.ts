import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Plugin } from 'esbuild';
import type { Storage } from './plugins.ts';

const STANDS = join(import.meta.dirname, 'in-their-place');

/** Files that are for the work of some functions alone. */
const OF_WORK = new Set(['aws-messaging', 'csv-files', 'deliveries', 'jobs', 'relay']);

const OF_SENDERS: readonly string[] = ['aws-messaging', 'relay'];
const OF_WORKERS: readonly string[] = ['csv-files', 'deliveries', 'jobs', 'relay'];
const OF_MIGRATIONS: readonly string[] = ['migrations'];
const NONE: readonly string[] = [];

/** Those that a function has; functions that have the same are bundled together. */
export function partsOf(name: string): readonly string[] {
  if (name === 'approvals-relay') return OF_SENDERS;
  if (name === 'migrate' || name === 'approvals-migrate') return OF_MIGRATIONS;
  return ['jobs', 'reconcile', 'relay', 'webhooks'].includes(name) ? OF_WORKERS : NONE;
}

/** What functions do not have: the storages that are not their own, and the work of others. Asked for, it says so. */
export const withoutAbsent = (parts: readonly string[], storage: Storage): Plugin => ({
  name: 'without-absent',
  setup(build) {
    // A function that serves finds its storage migrated by another.
    build.onResolve({ filter: /\/migrate\.ts$/ }, ({ importer }) => {
      const of = /\/composition\/(postgres|dynamodb)-storages\.ts$/.exec(importer)?.[1];
      if (of === undefined || parts.includes('migrations')) return undefined;
      return { path: join(STANDS, `${of}-migrations.ts`) };
    });
    build.onLoad({ filter: /\/src\/(?:composition|adapters\/csv)\/[a-z-]+\.ts$/ }, ({ path }) => {
      const file = basename(path, '.ts');
      const ofStorage = /^(memory|postgres|dynamodb)-storages$/.exec(file)?.[1];
      const isThere =
        ofStorage === undefined ? !OF_WORK.has(file) || parts.includes(file) : ofStorage === storage;
      if (isThere) return undefined;
      return { contents: absent(ofStorage ?? file, readFileSync(path, 'utf8')), loader: 'ts' };
    });
  },
});

/** The same exports, each of which throws. */
function absent(what: string, source: string): string {
  const says = JSON.stringify(`this bundle was made without ${what}: make another with \`npm run bundle\``);
  const names = [...source.matchAll(/^export (?:const|(?:async )?function) (\w+)/gm)].map(([, name]) => name);
  return [
    `const absent = () => { throw new Error(${says}); };`,
    ...names.map((name) => `export const ${name} = new Proxy(absent, { get: absent });`),
  ].join('\n');
}
