import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import type { MerchantId } from '../../src/domain/kernel/ids.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { machine } from '../report.ts';
import { MERCHANTS, systemOver } from '../system.ts';
import { takePayments, writeFile } from './books.ts';
import { ran } from './command.ts';
import { STORES, type Store } from './stores.ts';

const SIZES: Readonly<Record<string, number>> = { postgres: 1_000_000, dynamodb: 100_000 };
const QUICK = 500;
const CALLERS = 96;
const [MERCHANT] = MERCHANTS as readonly [MerchantId];

const program = new Command('bench:files')
  .description('Measures `paywright reconcile` and `paywright export` as whole processes. Linux only.')
  .option('--storage <names...>', 'which storages', Object.keys(STORES))
  .option('--payments <n>', 'how many, in place of 1 000 000 on Postgres and 100 000 on DynamoDB')
  .option('--quick', 'few payments, to see that it runs', false)
  .parse();
const {
  storage: names,
  payments,
  quick,
} = program.opts<{ storage: string[]; payments?: string; quick: boolean }>();

console.log(`Machine: ${machine()}, node ${process.version}.\n`);
console.log(
  '| storage | command | rows | seconds | rows per second | RSS at most, MiB | write units a row | read units a row |',
);
console.log('|---|---|--:|--:|--:|--:|--:|--:|');
for (const name of names) {
  const open = STORES[name];
  if (open === undefined)
    throw new Error(`unknown storage ${name}: one of ${Object.keys(STORES).join(', ')}`);
  const dir = mkdtempSync(join(tmpdir(), 'paywright-files-'));
  const store = await open(dir);
  try {
    await measured(name, store, dir, quick ? QUICK : Number(payments ?? SIZES[name]));
  } finally {
    await store.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function measured(name: string, store: Store, dir: string, count: number): Promise<void> {
  const system = await systemOver(store.storage);
  await takePayments(system, MERCHANT, {
    payments: count,
    callers: CALLERS,
    ...present({ fill: store.fill }),
  });
  const file = join(dir, 'settled.csv');
  const rows = await writeFile(system, MERCHANT, file);
  const commands = [
    ['reconcile', file, '--merchant', MERCHANT],
    ['export', '--merchant', MERCHANT, '--kind', 'payments', '--output', join(dir, 'payments.csv')],
  ];
  for (const args of commands) {
    const before = { ...store.units };
    const { tookMs, peakMib, said } = await ran(args, {
      ...store.env,
      PAYWRIGHT_DATA_DIR: join(dir, 'data'),
    });
    if (!said.includes(`${rows}`)) throw new Error(`${args[0]} says nothing of ${rows} rows: ${said}`);
    const unitsOf = (side: 'write' | 'read') =>
      store.units === undefined ? '' : ((store.units[side] - (before[side] ?? 0)) / rows).toFixed(2);
    console.log(
      `| ${name} | \`paywright ${args[0]}\` | ${rows} | ${(tookMs / 1_000).toFixed(1)} | ${Math.round(
        rows / (tookMs / 1_000),
      )} | ${Math.round(peakMib)} | ${unitsOf('write')} | ${unitsOf('read')} |`,
    );
  }
}
