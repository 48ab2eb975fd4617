import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from './support/guide.ts';

const PAGES = globSync(['*.md', '{docs,examples,client,tools}/**/*.md'], {
  cwd: ROOT,
  exclude: (path) => path.includes('node_modules'),
});

const proseOf = (page: string): string =>
  readFileSync(join(ROOT, page), 'utf8').replaceAll(/```[\s\S]*?```/g, '');

/** As GitHub names a heading: in lower case, with what is neither letter, digit nor dash taken out and dashes for spaces. */
const anchorOf = (heading: string): string =>
  heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-');

const anchorsOf = (page: string): readonly string[] =>
  [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => anchorOf(heading));

describe('a page for readers', () => {
  it.each(PAGES)('leads to files and headings that are there: %s', (page) => {
    const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const lost = links
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? page : normalize(join(dirname(page), path));
        if (!existsSync(join(ROOT, target))) return true;
        return anchor !== undefined && !anchorsOf(target).includes(anchor);
      });
    expect(lost).toEqual([]);
  });
});
