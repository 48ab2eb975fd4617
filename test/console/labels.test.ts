import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Half a label may be that of a field of the page before, which a test then waits for, and types into. */
it('finds a field by its whole label', () => {
  const files = readdirSync(import.meta.dirname).map((name) => join(import.meta.dirname, name));
  const halves = [...files, join(import.meta.dirname, '../support/console-window.ts')].flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => /\.getByLabel\(/.test(line) && !line.includes('exact: true')),
  );
  expect(halves).toEqual([]);
});
