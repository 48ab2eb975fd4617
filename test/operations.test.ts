import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { dataDirectory } from './support/cli-process.ts';
import { theDocument } from './support/described-app.ts';
import { postgresServer } from './support/postgres-database.ts';
import { runInProcess } from './support/run-program.ts';

const DOCS = join(import.meta.dirname, '../docs');
const PAGES = readdirSync(join(DOCS, 'operations')).filter((name) => name.endsWith('.md'));
const textOf = (page: string) => readFileSync(join(DOCS, 'operations', page), 'utf8');

/** Commands of ours in blocks of shell, and between backticks, without what is only named. */
const commandsIn = (text: string): readonly string[] => [
  ...[...text.matchAll(/^npx paywright ([^\n#|]+)$/gm)].map(([, command = '']) => command.trim()),
  ...[...text.matchAll(/`(?:npx )?paywright ([a-z][^`]*)`/g)].map(([, command = '']) => command.trim()),
];

/** Routes between backticks, as `GET /readyz`. */
const routesIn = (text: string): readonly string[] =>
  [...text.matchAll(/`((?:GET|POST|PATCH|DELETE) \/[^`\s]*)`/g)].map(([, route = '']) => route);

/** What a page has people run, line by line. */
const RUN = [
  ...new Set(
    PAGES.map(textOf).flatMap((text) =>
      [...text.matchAll(/^npx paywright ([^\n#|]+)$/gm)].map(([, command = '']) => command.trim()),
    ),
  ),
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

  it.each([...new Set(documents.flatMap(routesIn))])('name a route that is served: %s', (route) => {
    const [method = '', path = ''] = route.split(' ');
    expect(Object.keys(theDocument.paths[path.replace(/\?.*$/, '')] ?? {})).toContain(method.toLowerCase());
  });

  it('link to pages that are there', () => {
    for (const text of PAGES.map(textOf))
      for (const [, link = ''] of text.matchAll(/\]\(([a-z-]+\.md)\)/g)) expect(PAGES).toContain(link);
  });
});

describe('Commands that pages of operations have people run', () => {
  const dir = dataDirectory();
  let server: Awaited<ReturnType<typeof postgresServer>>;
  let env: Readonly<Record<string, string>>;
  beforeAll(async () => {
    server = await postgresServer(inject('postgresUrl'));
    env = {
      STORAGE: 'postgres',
      DATABASE_URL: await server.newDatabase(),
      PAYWRIGHT_DATA_DIR: dir.path,
    };
    await runInProcess(['migrate'], env);
  });
  afterAll(async () => {
    await server.close();
    dir.remove();
  });

  it.each(RUN)('end well on an installation that is well: paywright %s', async (command) => {
    expect(await runInProcess(command.split(' '), env)).toMatchObject({ code: 0, err: '' });
  });
});
