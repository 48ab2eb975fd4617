import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { measureCapacity } from './measure.ts';
import { measurePostgres } from './postgres.ts';

const FILE = join(import.meta.dirname, '../../src/domain/cost/measured-capacity.ts');

async function requestsMeasured() {
  const engine = await startDynamoDbEngine({});
  try {
    return await measureCapacity(engine.url);
  } finally {
    await engine.stop();
  }
}

async function postgresMeasured() {
  const dir = mkdtempSync(join(tmpdir(), 'paywright-capacity-'));
  try {
    return await measurePostgres(join(dir, 'postgres'));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const measured = {
  measured_on: new Date().toISOString().slice(0, 10),
  commit: execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { encoding: 'utf8' }).trim(),
  requests: await requestsMeasured(),
  postgres: await postgresMeasured(),
};
writeFileSync(
  FILE,
  `/**
 * What requests take of DynamoDB and a payment of PostgreSQL. Written by \`npm run bench:capacity\`, and held against another
 * measurement by \`test/bench/capacity.test.ts\`: units are \`ConsumedCapacity\`, bytes those that stay.
 */
export const MEASURED = ${JSON.stringify(measured, undefined, 2)} as const;
`,
);
execFileSync('biome', ['check', '--write', FILE]);
console.log(JSON.stringify(measured, undefined, 2));
