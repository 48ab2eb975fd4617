import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const GUIDE = 'docs/guide';

/** The README and, in the order of their names, the pages of the guide. */
export const GUIDE_TEXT: string = [
  'README.md',
  ...readdirSync(join(ROOT, GUIDE))
    .toSorted()
    .map((page) => join(GUIDE, page)),
]
  .map((page) => readFileSync(join(ROOT, page), 'utf8'))
  .join('\n');

/** `docs/production.md`. */
export const PRODUCTION_TEXT: string = readFileSync(join(ROOT, 'docs/production.md'), 'utf8');

/** What they have readers type, each text once. */
export const SHELL_BLOCKS: readonly string[] = [
  ...new Set([...GUIDE_TEXT.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = '']) => text.trim())),
];
