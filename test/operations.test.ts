import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runInProcess } from './support/run-program.ts';

const DOCS = join(import.meta.dirname, '../docs');
const PAGES = readdirSync(join(DOCS, 'operations')).filter((name) => name.endsWith('.md'));
const textOf = (page: string) => readFileSync(join(DOCS, 'operations', page), 'utf8');

/** Commands of ours in blocks of shell, and between backticks, without what is only named. */
const commandsIn = (text: string): readonly string[] => [
  ...[...text.matchAll(/^npx paywright ([^\n#|]+)$/gm)].map(([, command = '']) => command.trim()),
  ...[...text.matchAll(/`(?:npx )?paywright ([a-z][^`]*)`/g)].map(([, command = '']) => command.trim()),
];

describe('Pages of operations', () => {
  it.each(PAGES.filter((page) => !['README.md', 'multi-region.md'].includes(page)))(
    '%s begins with commands of ours',
    (page) => {
      const block = /```sh\n([\s\S]*?)```/.exec(textOf(page))?.[1] ?? '';
      expect(
        block
          .trim()
          .split('\n')
          .every((line) => line.startsWith('npx paywright ')),
      ).toBe(true);
      expect(textOf(page).indexOf('```sh')).toBeLessThan(80);
    },
  );

  const documents = [...PAGES.map(textOf), readFileSync(join(DOCS, 'deploy.md'), 'utf8')];
  it.each([...new Set(documents.flatMap(commandsIn))])(
    'name a command that is there: paywright %s',
    async (command) => {
      const words = command.split(' ');
      const names = words.slice(0, words.findIndex((word) => word.startsWith('-')) >>> 0);
      const { code, out } = await runInProcess([...names, '--help'], {});
      expect(code).toBe(0);
      expect(out).toContain(`Usage: paywright ${names.join(' ')}`);
      for (const option of words.filter((word) => word.startsWith('--'))) expect(out).toContain(option);
    },
  );

  it('link to pages that are there', () => {
    for (const text of PAGES.map(textOf))
      for (const [, link = ''] of text.matchAll(/\]\(([a-z-]+\.md)\)/g)) expect(PAGES).toContain(link);
  });
});
