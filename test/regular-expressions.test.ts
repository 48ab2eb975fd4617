import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSync } from '@swc/core';
import { analyse } from 'scslre';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** What runs in production, here and in browsers. */
const SOURCES = globSync('{src,client/src,console/src}/**/*.{ts,tsx}', { cwd: ROOT });

type Node = Readonly<{ type?: string; pattern?: string; flags?: string; callee?: Node; value?: string }>;

/** Every regular expression of a source text, and how often it makes one from text. */
function expressionsIn(
  source: string,
  isTsx: boolean,
): Readonly<{ literals: readonly RegExp[]; made: number }> {
  const literals: RegExp[] = [];
  let made = 0;
  const look = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, pattern = '', flags = '', callee } = node as Node;
    if (type === 'RegExpLiteral') literals.push(new RegExp(pattern, flags));
    if (type === 'NewExpression' && callee?.value === 'RegExp') made++;
    for (const child of Object.values(node)) look(child);
  };
  look(parseSync(source, { syntax: 'typescript', tsx: isTsx, target: 'es2024' }));
  return { literals, made };
}

const expressionsOf = (file: string) =>
  expressionsIn(readFileSync(`${ROOT}${file}`, 'utf8'), file.endsWith('.tsx'));

/** Ways in which an expression takes more than linear time on some text. */
const slowness = (expression: RegExp) =>
  analyse(expression).reports.map(({ type }) => `${expression}: ${type}`);

describe('a regular expression of the source', () => {
  it('takes time in proportion to the text, whatever the text is', () => {
    const all = SOURCES.flatMap((file) => expressionsOf(file).literals);
    expect(all.length).toBeGreaterThan(80);
    expect(all.flatMap(slowness)).toEqual([]);
  });

  it('is written out, so that it can be looked at, but for one of a given length', () => {
    const made = SOURCES.filter((file) => expressionsOf(file).made > 0);
    expect(made).toEqual(['src/entrypoints/http/approvals/work-completed.ts']);
  });

  it('would be found if it were slow', () => {
    for (const slow of [/(a+)+$/, /\.+$/, /^\s*(.*?)\s*$/, /(\d+)-(\d+)*-x/])
      expect(slowness(slow)).not.toEqual([]);
  });
});
