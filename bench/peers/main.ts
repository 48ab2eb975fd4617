import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { besidePgbench } from './beside-pgbench.ts';
import { besidePowertools } from './beside-powertools.ts';
import { findPgbench } from './pgbench.ts';
import { type Compared, comparison } from './report.ts';

const { quick, connections } = new Command('bench:peers')
  .description(
    'Measures paywright beside the idempotency of AWS Powertools and beside pgbench, in turns of one run.',
  )
  .option('--quick', 'little load: to see that it runs, not how fast', false)
  .option(
    '--connections <n...>',
    "pgbench's to Postgres; by default as many as a server's pool has, and many",
    ['10', '64'],
  )
  .parse()
  .opts<{ quick: boolean; connections: readonly string[] }>();

const dataDir = mkdtempSync(join(tmpdir(), 'paywright-peers-'));
const rows: Record<string, readonly Compared[]> = {};
try {
  const beside = await besidePowertools(join(dataDir, 'dynamodb'), quick ? 40 : 1_600);
  if (beside === undefined)
    console.error(
      'LEFT OUT: AWS Powertools is not installed. `npm ci --prefix bench/peers` installs it there alone.',
    );
  else rows['Powertools'] = beside;
  const found = findPgbench();
  if (found === undefined)
    console.error(
      'LEFT OUT: there is no pgbench. It comes with the package postgresql, or postgresql-contrib where the distribution has that apart.',
    );
  else
    rows[`pgbench ${found.version}`] = await besidePgbench(join(dataDir, 'postgres'), found.command, {
      operations: quick ? 400 : 20_000,
      connections: connections.map(Number),
    });
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
console.log(comparison(rows));
