import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { VARIABLES } from '../../../src/entrypoints/cli/variables.ts';
import { GUIDE_TEXT, PRODUCTION_TEXT } from '../../support/guide.ts';

/** Settings of which the help says a default that can be set as it stands there. */
const SAID = Object.entries(VARIABLES.shape).flatMap(([name, schema]) => {
  const [, said] = /\(([\w.-]+)\)$/.exec(z.globalRegistry.get(schema)?.description ?? '') ?? [];
  const unset = schema.safeParse(undefined);
  return said === undefined || said === 'none' || !unset.success || unset.data === undefined
    ? []
    : [{ name, said, schema, unset: unset.data }];
});

describe('the default that is said of a setting', () => {
  it.each(SAID)('is the one that $name has where it is not set', ({ said, schema, unset }) => {
    expect(schema.parse(said)).toEqual(unset);
  });

  it('is the same in the guide and in docs/production.md, where these have a row for the setting', () => {
    const lines = `${GUIDE_TEXT}\n${PRODUCTION_TEXT}`.split('\n');
    const rows = SAID.flatMap(({ name, said }) => {
      const row = lines.find((line) => line.startsWith(`| \`${name}\` |`));
      return row === undefined ? [] : [{ row, said }];
    });
    expect(rows.length).toBeGreaterThan(3);
    for (const { row, said } of rows)
      expect(row).toContain(`(\`${said}\`)`.replaceAll('`', /\(`/.test(row) ? '`' : ''));
  });
});
