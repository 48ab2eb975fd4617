import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Bundle, bundleFunctions } from '../../tools/bundle/bundle.ts';
import { machine } from '../report.ts';
import { dominant } from './dominant.ts';
import { type Init, initOf, middle } from './inits.ts';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '15' }, quick: { type: 'boolean', default: false } },
});
const runs = values.quick ? 1 : Number(values.runs);
if (!Number.isInteger(runs) || runs < 1) throw new Error('--runs is how often each function starts');

const outDir = mkdtempSync(join(tmpdir(), 'paywright-bench-lambda-'));
process.once('exit', () => rmSync(outDir, { recursive: true, force: true }));
const bundles = await bundleFunctions({
  outDir,
  storages: { platform: 'dynamodb', approvals: 'postgres' },
  sourceMaps: true,
});

type Inits = Readonly<{ fromCache: Init[]; compiled: Init[] }>;
const inits = new Map<Bundle, Inits>(bundles.map((each) => [each, { fromCache: [], compiled: [] }]));
// One of each in turn, so that what the machine does besides falls on all of them alike.
for (let run = 0; run < runs; run += 1)
  for (const [{ file, bundle, storage }, { fromCache, compiled }] of inits) {
    fromCache.push(initOf(file, storage));
    compiled.push(initOf(bundle, storage));
  }

process.stdout.write(
  [
    `Machine: ${machine()}, node ${process.version}; the middle of ${runs} cold starts each, alternating.`,
    '',
    '| function | storage | kB | start to ready, ms | of it the bundle, ms | processor time of the bundle, ms | start to ready without a code cache, ms |',
    '|---|---|--:|--:|--:|--:|--:|',
    ...[...inits].map(row),
    '',
    ...bundles.filter(({ name }) => name === 'process' || name === 'approvals-create').flatMap(dominance),
    '',
  ].join('\n'),
);

function row([{ name, storage, bytes }, { fromCache, compiled }]: readonly [Bundle, Inits]): string {
  const { readyMs, importMs, importCpuMs } = middle(fromCache);
  const times = [readyMs, importMs, importCpuMs, middle(compiled).readyMs];
  const numbers = [bytes / 1_000, ...times].map((number) => number.toFixed(0));
  return `| ${[`\`${name}\``, storage, ...numbers].join(' | ')} |`;
}

function dominance({ name, bundle, storage }: Bundle): readonly string[] {
  const parts = dominant(bundle, storage).slice(0, 8);
  return [
    `What \`${name}\` starts with, without a code cache: ${parts.map(([at, ms]) => `${at} ${ms.toFixed(0)} ms`).join(', ')}.`,
  ];
}
