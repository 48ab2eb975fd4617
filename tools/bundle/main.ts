import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Bundle, bundleFunctions } from './bundle.ts';
import { makeCodeCache } from './code-caches.ts';
import { FUNCTIONS } from './functions.ts';
import type { Storage } from './plugins.ts';

/**
 * `npm run bundle`: all functions into `dist/lambda`, each with the storage of its service, and a table of their sizes.
 * `--code-caches-only` makes the code caches of those that are there once more, with the Node that runs it and its flags, and bundles nothing.
 */
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(import.meta.dirname, '../../dist/lambda') },
    'platform-storage': { type: 'string', default: 'dynamodb' },
    'approvals-storage': { type: 'string', default: 'postgres' },
    'code-caches-only': { type: 'boolean', default: false },
  },
});
const storages = {
  platform: storageNamed(values['platform-storage']),
  approvals: storageNamed(values['approvals-storage']),
};

if (values['code-caches-only']) {
  for (const { name, service } of FUNCTIONS)
    await makeCodeCache(join(values.out, name, 'index.cjs'), storages[service], process.execArgv);
  const { arch, versions } = process;
  process.stdout.write(`code caches of ${FUNCTIONS.length} functions for ${arch} and V8 ${versions.v8}\n`);
} else {
  const bundles = await bundleFunctions({ outDir: values.out, storages });
  process.stdout.write(`${bundles.map(row).join('\n')}\n`);
}

function storageNamed(name: string): Storage {
  if (name !== 'memory' && name !== 'postgres' && name !== 'dynamodb')
    throw new Error(`${name} is no storage: memory, postgres or dynamodb`);
  return name;
}

function row({ name, storage, bytes, stripeBytes }: Bundle): string {
  const stripe = stripeBytes === undefined ? '' : `  and ${kilobytes(stripeBytes)} kB for Stripe`;
  return `${name.padEnd(20)} ${storage.padEnd(9)} ${kilobytes(bytes).padStart(6)} kB${stripe}`;
}

function kilobytes(bytes: number): string {
  return (bytes / 1_000).toFixed(0);
}
