import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initOf } from './inits.ts';

type Frame = Readonly<{ functionName: string; url: string; lineNumber: number; columnNumber: number }>;
type Profile = Readonly<{
  nodes: readonly Readonly<{ id: number; callFrame: Frame }>[];
  samples: readonly number[];
  timeDeltas: readonly number[];
}>;

/** Milliseconds of one cold start by package of the bundle, part of `src` or part of Node, largest first. Needs the bundle's source map. */
export function dominant(file: string, storage: string): readonly (readonly [where: string, ms: number])[] {
  const folder = mkdtempSync(join(tmpdir(), 'paywright-init-'));
  initOf(file, storage, ['--cpu-prof', '--cpu-prof-interval', '100', '--cpu-prof-dir', folder]);
  const [name = ''] = readdirSync(folder);
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Profile;
  rmSync(folder, { recursive: true });
  const map = new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
  const whereOf = new Map(nodes.map(({ id, callFrame }) => [id, where(callFrame, file, map)]));
  const spent = new Map<string, number>();
  for (const [index, sample] of samples.entries()) {
    const at = whereOf.get(sample) ?? '';
    spent.set(at, (spent.get(at) ?? 0) + (timeDeltas[index] ?? 0) / 1_000);
  }
  return [...spent].toSorted(([, a], [, b]) => b - a);
}

function where({ functionName, url, lineNumber, columnNumber }: Frame, file: string, map: SourceMap): string {
  if (url.startsWith('node:')) return 'Node itself';
  if (!url.endsWith(file)) return functionName.startsWith('(') ? functionName : 'Node itself';
  const entry = map.findEntry(lineNumber, columnNumber);
  const source = 'originalSource' in entry ? entry.originalSource : '';
  const found = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1];
  return found ?? /src\/[^/]+(?:\/[^/]+)?/.exec(source)?.[0] ?? 'between modules';
}
