import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Command } from 'commander';
import { dynamodbClient } from '../src/adapters/dynamodb/client.ts';
import { migrateDynamoDb } from '../src/adapters/dynamodb/migrate.ts';
import { dynamodbStorage } from '../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../src/adapters/embedded/dynamodb-engine.ts';
import { startPostgres } from '../src/adapters/embedded/postgres-server.ts';
import { memoryStorage } from '../src/adapters/memory/storage.ts';
import { migratePostgres } from '../src/adapters/postgres/migrate.ts';
import { postgresPool } from '../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../src/adapters/postgres/storage.ts';
import type { Storage } from '../src/ports/storage.ts';
import { httpLoad } from './http.ts';
import { httpThroughput } from './http-throughput.ts';
import { rawDynamoDb } from './raw-dynamodb.ts';
import { rawPostgres } from './raw-postgres.ts';
import { machine, type Report, table, versions } from './report.ts';
import { orThrow, type Row, SIZES, type Sizes } from './rows.ts';
import { streamLoad } from './streams.ts';
import { systemOver } from './system.ts';
import { verifying } from './verifying.ts';
import { work } from './work.ts';

const TABLE = 'paywright';

type Settings = Readonly<{ sizes: Sizes; callers: number }>;

const STORAGES: Readonly<Record<string, (dataDir: string, settings: Settings) => Promise<readonly Row[]>>> = {
  memory: async (_dataDir, settings) => [
    ...(await work(await systemOver(memoryStorage()), undefined, settings)),
    await verified(memoryStorage(), settings),
  ],
  postgres: async (dataDir, settings) => {
    const server = await startPostgres({ dataDir });
    const [pool, rawPool] = [0, 1].map(() => postgresPool({ connectionString: server.url }));
    if (pool === undefined || rawPool === undefined) throw new Error('no pool');
    const migrated = await migratePostgres(pool);
    if (migrated.isErr()) throw new Error(migrated.error.kind);
    const storage = postgresStorage(pool);
    try {
      const rows = await work(await systemOver(storage), rawPostgres(rawPool), settings);
      return [...rows, await verifiedOn(join(dataDir, 'verified'), settings)];
    } finally {
      await Promise.all([storage.close(), rawPool.end()]);
      await server.stop();
    }
  },
  dynamodb: async (dataDir, settings) => {
    const server = await startDynamoDbEngine({ dataDir });
    const [client, rawClient] = [0, 1].map(() =>
      dynamodbClient({ region: 'us-east-1', endpoint: server.url }),
    );
    if (client === undefined || rawClient === undefined) throw new Error('no client');
    const storage = dynamodbStorage({ client, table: TABLE });
    const migrated = await migrateDynamoDb(client, TABLE);
    if (migrated.isErr()) throw new Error(migrated.error.kind);
    try {
      const rows = await work(await systemOver(storage), rawDynamoDb(rawClient, TABLE), settings);
      const other = dynamodbClient({ region: 'us-east-1', endpoint: server.url });
      orThrow(await migrateDynamoDb(other, `${TABLE}-verified`));
      const alone = dynamodbStorage({ client: other, table: `${TABLE}-verified` });
      return [...rows, await verified(alone, settings)];
    } finally {
      await storage.close();
      rawClient.destroy();
      await server.stop();
    }
  },
};

/** A server of its own too: the role that serves may create no database. */
async function verifiedOn(dataDir: string, settings: Settings): Promise<Row> {
  const server = await startPostgres({ dataDir });
  try {
    const pool = postgresPool({ connectionString: server.url });
    orThrow(await migratePostgres(pool));
    return await verified(postgresStorage(pool), settings);
  } finally {
    await server.stop();
  }
}

/** On a storage of its own, because what the raw drivers repeat is no history. */
async function verified(storage: Storage, { sizes, callers }: Settings): Promise<Row> {
  try {
    return await verifying(storage, sizes.summarized, callers);
  } finally {
    await storage.close();
  }
}

const program = new Command('bench')
  .description('Measures paywright beside the raw drivers doing the same work in the same run.')
  .option('--storage <names...>', 'which storages', Object.keys(STORAGES))
  .option('--callers <n>', 'parallel callers', '256')
  .option('--quick', 'little load: to see that it runs, not how fast', false)
  .option('--http', 'only what is asked over HTTP', false)
  .option('--json <file>', 'where the JSON report goes', 'bench/results/latest.json')
  .parse();
const options = program.opts<{
  storage: string[];
  callers: string;
  quick: boolean;
  http: boolean;
  json: string;
}>();

const callers = Number(options.callers);
const storages = [];
for (const storage of options.storage) {
  const bench = STORAGES[storage];
  if (bench === undefined)
    throw new Error(`unknown storage ${storage}: one of ${Object.keys(STORAGES).join(', ')}`);
  const sizes = options.quick ? SIZES.quick : storage === 'dynamodb' ? SIZES.small : SIZES.full;
  const dataDir = mkdtempSync(join(tmpdir(), 'paywright-bench-'));
  try {
    // First, before the disk is busy with what the other rows wrote.
    const http = await middleOf(options.quick ? 1 : 3, (run) =>
      httpLoad(storage, { dataDir: join(dataDir, `http-${run}`), seconds: options.quick ? 2 : 20 }),
    );
    const throughput = await httpThroughput(storage, {
      dataDir: join(dataDir, 'http-throughput'),
      seconds: options.quick ? 2 : 20,
    });
    const streams = await streamLoad(storage, {
      dataDir: join(dataDir, 'http-streams'),
      seconds: options.quick ? 1 : 15,
    });
    const rows = options.http ? [] : await bench(dataDir, { sizes, callers });
    storages.push({ storage, callers, rows: [throughput, http, streams, ...rows] });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}
const report: Report = { at: new Date().toISOString(), machine: machine(), versions: versions(), storages };
mkdirSync(dirname(options.json), { recursive: true });
writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
console.log(table(report));

/** The run with the middle p99: a single stall of the machine decides that of any one. */
async function middleOf(runs: number, once: (run: number) => Promise<Row>): Promise<Row> {
  const rows: Row[] = [];
  for (let run = 0; run < runs; run += 1) rows.push(await once(run));
  const middle = rows.sort((a, b) => a.ours.p99Ms - b.ours.p99Ms)[Math.floor(runs / 2)];
  if (middle === undefined) throw new Error('nothing was measured');
  return middle;
}
