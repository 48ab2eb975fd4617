import { Command, InvalidArgumentError, Option } from 'commander';
import { STORAGES, type StorageName } from '../load/installation.ts';
import { machine } from '../report.ts';
import { growthOn } from './growth.ts';
import { growthTable, sharedTable, steadyTable } from './report.ts';
import { type Shared, serversOnOneStore } from './servers.ts';
import { type Steady, steadyOn } from './steady.ts';

const PARTS = ['growth', 'steady', 'servers'] as const;
/** Payments of one merchant, by default, and how many merchants have one each: as far as an engine gets in half an hour. */
const SIZES: Readonly<Record<StorageName, Readonly<{ payments: readonly number[]; merchants: number }>>> = {
  postgres: { payments: [10_000, 100_000, 1_000_000], merchants: 10_000 },
  dynamodb: { payments: [1_000, 10_000], merchants: 1_000 },
  memory: { payments: [10_000, 100_000], merchants: 10_000 },
};
const FULL = {
  creates: 2_000,
  reads: 200,
  stuck: 100,
  minutes: 10,
  perSecond: 50,
  seconds: 20,
  rivals: 400,
  servers: [1, 2, 4],
};
const QUICK = {
  creates: 40,
  reads: 10,
  stuck: 5,
  minutes: 0.1,
  perSecond: 20,
  seconds: 2,
  rivals: 32,
  servers: [1, 2],
};
const QUICK_SIZES = { payments: [100, 200], merchants: 20 };
const CONNECTIONS = 64;

function positive(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('It takes a number above 0.');
  return number;
}

const options = new Command('bench:scale')
  .description(
    'Shows how cost grows with payments and merchants, whether memory stays, and that processes on one store share the work. Linux only.',
  )
  .addOption(new Option('--parts <names...>', 'which').choices(PARTS).default([...PARTS]))
  .addOption(new Option('--storage <names...>', 'which storages').choices(STORAGES).default(['postgres']))
  .option('--sizes <n...>', 'payments of one merchant, ascending, in place of the storage’s own')
  .addOption(new Option('--minutes <n>', 'how long memory is watched').argParser(positive))
  .option('--quick', 'little of everything, to see that it runs', false)
  .parse()
  .opts<{
    parts: (typeof PARTS)[number][];
    storage: StorageName[];
    sizes?: string[];
    minutes?: number;
    quick: boolean;
  }>();

const load = options.quick ? QUICK : FULL;
console.log(`Machine: ${machine()}, node ${process.version}.`);
if (options.parts.includes('growth'))
  for (const storage of options.storage) {
    const sizes = options.quick ? QUICK_SIZES : SIZES[storage];
    const payments = options.sizes?.map(Number) ?? sizes.payments;
    const growth = await growthOn(storage, { ...load, ...sizes, payments }, console.error);
    console.log(`\n${growthTable(growth)}`);
  }
if (options.parts.includes('steady')) {
  const runs: Steady[] = [];
  const minutes = options.minutes ?? load.minutes;
  for (const storage of options.storage)
    runs.push(await steadyOn(storage, { minutes, perSecond: load.perSecond }));
  console.log(`\n${steadyTable(runs)}`);
}
if (options.parts.includes('servers') && options.storage.includes('postgres')) {
  const runs: Shared[] = [];
  for (const servers of load.servers)
    runs.push(await serversOnOneStore(servers, { ...load, connections: CONNECTIONS }));
  console.log(`\n${sharedTable(runs)}`);
  const faults = runs.flatMap(({ servers, faults: of }) =>
    of.map((fault) => `${servers} processes: ${fault}`),
  );
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
}
