import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Bundle, bundleFunctions } from './bundle.ts';
import type { Storage } from './plugins.ts';

/** `npm run bundle`: all functions into `dist/lambda`, each with the storage of its service, and a table of their sizes. */
const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(import.meta.dirname, '../../dist/lambda') },
    'platform-storage': { type: 'string', default: 'dynamodb' },
    'approvals-storage': { type: 'string', default: 'postgres' },
  },
});

const bundles = await bundleFunctions({
  outDir: values.out,
  storages: {
    platform: storageNamed(values['platform-storage']),
    approvals: storageNamed(values['approvals-storage']),
  },
});
process.stdout.write(`${bundles.map(row).join('\n')}\n`);

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
