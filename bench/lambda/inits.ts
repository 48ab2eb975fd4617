import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { STARTED_WITH } from '../../tools/bundle/code-caches.ts';

const PROBE = join(import.meta.dirname, 'probe.cjs');

/** Milliseconds: from the start of the process until the function can be invoked, and of that the loading of its bundle. */
export type Init = Readonly<{ readyMs: number; importMs: number; importCpuMs: number }>;

/** One cold start of the function that is loaded from `file`. `flags` are Node's. */
export function initOf(file: string, storage: string, flags: readonly string[] = []): Init {
  const said = execFileSync(process.execPath, [...flags, PROBE, file], {
    env: { ...STARTED_WITH, STORAGE: storage, PATH: process.env['PATH'] },
    encoding: 'utf8',
  });
  const { startMs, importMs, importCpuMs } = JSON.parse(said) as Readonly<Record<string, number>>;
  return { readyMs: sum(startMs, importMs), importMs: sum(importMs), importCpuMs: sum(importCpuMs) };
}

const sum = (...parts: readonly (number | undefined)[]): number =>
  parts.reduce<number>((total, part = Number.NaN) => total + part, 0);

/** The middle one of each, so that a run in which the machine did something else does not count. */
export function middle(inits: readonly Init[]): Init {
  const of = (name: keyof Init) =>
    inits.map((init) => init[name]).toSorted((a, b) => a - b)[inits.length >> 1] ?? Number.NaN;
  return { readyMs: of('readyMs'), importMs: of('importMs'), importCpuMs: of('importCpuMs') };
}
