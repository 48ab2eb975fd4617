import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { steadyRows } from '../../console/src/parts/steady-list.ts';

const rowsOf = (...ids: readonly string[]) => ids.map((id) => ({ id }));
const idsOf = (rows: readonly Readonly<{ id: string }>[]) => rows.map(({ id }) => id);

describe('the rows of a list that is open', () => {
  it('are all of them when it was opened, and when none of those is there any more', () => {
    expect(idsOf(steadyRows(rowsOf('c', 'b'), new Set()))).toEqual(['c', 'b']);
    expect(idsOf(steadyRows(rowsOf('e', 'd'), new Set(['b', 'c'])))).toEqual(['e', 'd']);
  });

  it('have no row above or between them that came since, and those below them that were loaded', () => {
    const now = rowsOf('e', 'd', 'between', 'c', 'loaded');
    expect(idsOf(steadyRows(now, new Set(['d', 'c', 'gone'])))).toEqual(['d', 'c', 'loaded']);
  });

  it('have at once a row that was made here, and none of those that came with it', () => {
    const now = rowsOf('of another', 'own', 'of a third', 'b');
    expect(idsOf(steadyRows(now, new Set(['b', 'own'])))).toEqual(['own', 'b']);
    expect(idsOf(steadyRows(rowsOf('own'), new Set(['own'])))).toEqual(['own']);
  });

  it('stay in their places whatever comes and goes', () => {
    const ids = fc.uniqueArray(fc.integer({ min: 0, max: 30 }).map(String));
    fc.assert(
      fc.property(ids, ids, (before, now) => {
        const shown = idsOf(steadyRows(rowsOf(...now), new Set(before)));
        const kept = now.filter((id) => before.includes(id));
        expect(shown.slice(0, kept.length)).toEqual(kept);
        expect(idsOf(steadyRows(rowsOf(...now), new Set([...before, ...now])))).toEqual(now);
      }),
    );
  });
});
