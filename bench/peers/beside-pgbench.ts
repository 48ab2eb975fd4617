import { startPostgres } from '../../src/adapters/embedded/postgres-server.ts';
import { migratePostgres } from '../../src/adapters/postgres/migrate.ts';
import { postgresPool } from '../../src/adapters/postgres/pool.ts';
import { postgresStorage } from '../../src/adapters/postgres/storage.ts';
import type { Change } from '../../src/ports/commits.ts';
import { measure } from '../measure.ts';
import { orThrow } from '../rows.ts';
import { anIntent, aRequest, systemOver } from '../system.ts';
import { pgbench } from './pgbench.ts';
import type { Compared } from './report.ts';

const CALLERS = 256;
/** Ours and theirs, one after the other, so often. */
const PAIRS = 5;
/** Shorter, and connecting and preparing are all that is seen of a machine that is busy. */
const SHORTEST_S = 3;

/** `connections`: pgbench's, one row for each number of them. */
export type PgbenchTerms = Readonly<{ operations: number; connections: readonly number[] }>;

/**
 * What paywright commits of a new payment, and whole payments, which are two such commits and the domain, beside `pgbench`, which writes the
 * rows of the first commit to the same five tables of the same server. In pairs; the ratio is the middle one, rates are the pairs' means.
 */
export async function besidePgbench(
  dataDir: string,
  command: string,
  { operations, connections }: PgbenchTerms,
): Promise<readonly Compared[]> {
  const server = await startPostgres({ dataDir });
  const pool = postgresPool({ connectionString: server.url });
  orThrow(await migratePostgres(pool));
  const storage = postgresStorage(pool);
  try {
    const system = await systemOver(storage);
    let changes: Change[] = [];
    const commit = async () => orThrow(await storage.commits.commit(changes.pop() as Change));
    const prepare = (count: number) => {
      changes = Array.from({ length: count }, () => anIntent());
    };
    const pay = async () => orThrow(await system.processPayment(aRequest()));
    const rows: Compared[] = [];
    for (const many of connections) {
      const theirs = (seconds: number) => pgbench(command, server.url, { connections: many, seconds });
      const beside = async (work: string, ours: () => Promise<Turn>) =>
        rows.push(await inPairs(`${work}; pgbench over ${many} connections`, ours, theirs));
      await beside('the first commit of a payment', () => rateOf(commit, operations, prepare));
      await beside('a payment, two commits', () => rateOf(pay, operations / 4));
    }
    return rows;
  } finally {
    await storage.close();
    await server.stop();
  }
}

type Turn = Readonly<{ perSecond: number; tookMs: number }>;

async function rateOf(
  operation: () => Promise<unknown>,
  operations: number,
  prepare: (count: number) => void = () => {},
): Promise<Turn> {
  const [measured] = await measure({ callers: CALLERS, operations }, [operation], prepare);
  if (measured === undefined) throw new Error('nothing was measured');
  return measured;
}

async function inPairs(
  work: string,
  ourTurn: () => Promise<Turn>,
  theirTurn: (seconds: number) => Promise<number>,
): Promise<Compared> {
  const pairs: Readonly<{ ours: number; theirs: number }>[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const { perSecond: ours, tookMs } = await ourTurn();
    pairs.push({ ours, theirs: await theirTurn(Math.max(SHORTEST_S, Math.round(tookMs / 1_000))) });
  }
  const mean = (side: 'ours' | 'theirs') => pairs.reduce((sum, pair) => sum + pair[side], 0) / PAIRS;
  const ratios = pairs.map(({ ours, theirs }) => ours / theirs).sort((one, other) => one - other);
  return { work, ours: mean('ours'), theirs: mean('theirs'), ratio: ratios[(PAIRS - 1) / 2] as number };
}
