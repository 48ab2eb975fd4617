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

const inits = new Map<Bundle, Init[]>(bundles.map((bundle) => [bundle, []]));
// One of each in turn, so that what the machine does besides falls on all of them alike.
for (let run = 0; run < runs; run += 1)
  for (const [{ file, storage }, all] of inits) all.push(initOf(file, storage));

process.stdout.write(
  [
    `Machine: ${machine()}, node ${process.version}; the middle of ${runs} cold starts each, alternating.`,
    '',
    '| function | storage | kB | start to ready, ms | of it the bundle, ms | processor time of the bundle, ms |',
    '|---|---|--:|--:|--:|--:|',
    ...[...inits].map(([bundle, all]) => row(bundle, middle(all))),
    '',
    ...bundles.filter(({ name }) => name === 'process' || name === 'approvals-create').flatMap(dominance),
    '',
  ].join('\n'),
);

function row({ name, storage, bytes }: Bundle, { readyMs, importMs, importCpuMs }: Init): string {
  const numbers = [bytes / 1_000, readyMs, importMs, importCpuMs].map((number) => number.toFixed(0));
  return `| ${[`\`${name}\``, storage, ...numbers].join(' | ')} |`;
}

function dominance({ name, file, storage }: Bundle): readonly string[] {
  const parts = dominant(file, storage).slice(0, 8);
  return [
    `What \`${name}\` starts with: ${parts.map(([at, ms]) => `${at} ${ms.toFixed(0)} ms`).join(', ')}.`,
  ];
}
