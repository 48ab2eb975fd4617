import { describe, expect, it } from 'vitest';
import { chosenDays, dayOf, isDay, timeOf } from '../../console/src/ledger/days.ts';

describe('the days of a statement', () => {
  it('are the last thirty, or thirty until the one that is named, and never end before they begin', () => {
    expect(chosenDays({}, '2028-03-01')).toEqual({ from: '2028-02-01', to: '2028-03-01' });
    expect(chosenDays({ end_date: '2026-03-30' }, '2028-03-01')).toEqual({
      from: '2026-03-01',
      to: '2026-03-30',
    });
    expect(chosenDays({ start_date: '2028-04-01' }, '2028-03-01')).toEqual({
      from: '2028-04-01',
      to: '2028-04-01',
    });
  });

  it('are those that their month has', () => {
    const days = ['2028-02-29', '2026-02-29', '2026-02-31', '2026-13-01', '20260301', '2026-03-01T00:00:00Z'];
    expect(days.filter(isDay)).toEqual(['2028-02-29']);
  });

  it.each(['local', 'utc'] as const)('hold each moment of theirs and no other (%s)', (zone) => {
    for (const day of ['2026-03-29', '2026-10-25', '2026-12-31']) {
      const { start_date, end_date } = timeOf({ from: day, to: day }, zone);
      const [first, last] =
        zone === 'utc'
          ? [Date.parse(start_date), Date.parse(end_date) + 86_400_000 - 1]
          : [Date.parse(start_date), Date.parse(end_date)];
      const moments = [first - 1, first, last, last + 1];
      expect(moments.map((moment) => dayOf(moment, zone) === day)).toEqual([false, true, true, false]);
    }
  });
});
