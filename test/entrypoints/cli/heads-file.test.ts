import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Heads } from '../../../src/application/kernel/heads.ts';
import { differencesOf } from '../../../src/entrypoints/cli/backup-differences.ts';
import { headsText, readHeadsFile, type SystemHeads } from '../../../src/entrypoints/cli/heads-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'paywright-heads-'));
const file = join(folder, 'heads.json');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NAMES = ['m1', '__proto__', 'constructor', 'toString', 'hasOwnProperty'];

const heads = (links: number): Heads => ({
  links,
  mark: 'ab'.repeat(32),
  newest: Date.UTC(2026, 2, 1),
  entries: 3,
  balances: { 'USD available': -5n, 'JPY pending': 7n },
});

const THEN: SystemHeads = {
  until: Date.UTC(2026, 2, 2),
  merchants: new Map(NAMES.map((id, index) => [id, heads(index + 1)])),
  approvals: { links: 0, mark: '0'.repeat(64), entries: 0, balances: {} },
};

describe('a file of heads', () => {
  it('is read as it was written, whatever its merchants are called', () => {
    writeFileSync(file, headsText(THEN));
    expect(readHeadsFile(file)).toEqual(THEN);
  });

  it.each(NAMES)('has the loss of the merchant %s seen', (lost) => {
    writeFileSync(file, headsText(THEN));
    const read = readHeadsFile(file);
    if ('says' in read) throw new Error(read.says);
    const merchants = new Map([...THEN.merchants].filter(([id]) => id !== lost));
    expect(differencesOf(read, { ...THEN, merchants })).toMatchObject([
      { merchantId: lost, fault: 'shorter' },
    ]);
  });

  it.each([
    ['balances of what is no currency', headsText(THEN).replace('USD available', 'toString')],
    [
      'a list of merchants',
      headsText({ ...THEN, merchants: new Map() }).replace('"merchants": {}', '"merchants": []'),
    ],
    ['merchants without heads', headsText(THEN).replaceAll('"mark"', '"marks"')],
  ])('with %s is none', (_name, text) => {
    writeFileSync(file, text);
    expect(readHeadsFile(file)).toEqual({ says: `${file} is no whole file of \`paywright backup heads\`` });
  });
});
