import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayInWords, daysUntil, standing } from '../../console/src/approvals/due-days.ts';
import { compareLines, compareMetadata, lastApproved } from '../../console/src/approvals/terms-diff.ts';

const line = (description: string, quantity = 1, unitPriceCents = 1_000) => ({
  lineItemId: `${description} ${quantity} ${unitPriceCents}`,
  description,
  quantity,
  unitPriceCents,
  totalCents: quantity * unitPriceCents,
});

describe('what changed of the terms', () => {
  it('says of each line whether it is the same, another, new or gone', () => {
    const changes = compareLines(
      [line('Towing'), line('Crane', 3), line('Toll')],
      [line('Towing'), line('Crane', 5), line('Storage')],
    );
    expect(changes.map(({ change, was, is }) => [change, was?.quantity, is?.description])).toEqual([
      ['same', 1, 'Towing'],
      ['changed', 3, 'Crane'],
      ['added', undefined, 'Storage'],
      ['removed', 1, undefined],
    ]);
  });

  it('leaves no line out and shows none twice', () => {
    const lines = fc.array(
      fc
        .tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 3 }))
        .map(([name, n]) => line(name, n)),
    );
    fc.assert(
      fc.property(lines, lines, (was, is) => {
        const changes = compareLines(was, is);
        expect(changes.flatMap((change) => change.is ?? [])).toEqual(is);
        const before = changes.flatMap((change) => change.was ?? []);
        const byId = (all: typeof was) => all.map(({ lineItemId }) => lineItemId).toSorted();
        expect(byId(before)).toEqual(byId(was));
      }),
    );
  });

  it('names the metadata that differs', () => {
    const terms = (metadata: Record<string, unknown>) => ({ amountCents: 1, lineItems: [], metadata });
    expect(compareMetadata(terms({ plate: 'A', km: 3 }), terms({ plate: 'B', km: 3 }))).toEqual([
      { name: 'plate', was: 'A', is: 'B' },
    ]);
  });

  it.each(['toString', 'constructor', '__proto__'])(
    'takes metadata named %s for nothing but what was written',
    (name) => {
      const terms = (metadata: Record<string, unknown>) => ({ amountCents: 1, lineItems: [], metadata });
      expect(compareMetadata(terms({}), terms({ [name]: 'B' }))).toEqual([{ name, was: undefined, is: 'B' }]);
    },
  );
});

const entry = (sequence: number, action: string, after: object, by = 'maker', before?: object) =>
  ({
    sequence,
    action,
    before,
    actor: { id: by, type: 'user', roles: [] },
    after,
    timestamp: `at ${sequence}`,
  }) as never;

describe('the terms that were approved last', () => {
  const created = entry(1, 'payment.created', {
    amountCents: 100,
    lineItems: [line('Towing')],
    metadata: {},
  });
  const approved = entry(2, 'payment.approval_given', { approvals: [{ by: 'olga' }] }, 'olga');
  const changed = entry(3, 'payment.changed', { amountCents: 200, approvals: [] });

  it('are those of the log at the time of the approval, where they are others now', () => {
    const found = lastApproved([changed, created, approved]);
    expect(found).toMatchObject({ by: 'olga', terms: { amountCents: 100 } });
  });

  it('are none where nothing was approved, or nothing changed after it', () => {
    expect(lastApproved([created, entry(2, 'payment.changed', { amountCents: 3 })])).toBeUndefined();
    expect(lastApproved([created, approved])).toBeUndefined();
  });

  it('have no due date where it was removed before the approval', () => {
    const due = entry(1, 'payment.created', { amountCents: 100, lineItems: [], dueDate: '2026-03-31' });
    const removed = entry(2, 'payment.changed', {}, 'maker', { dueDate: '2026-03-31' });
    const again = entry(3, 'payment.approval_given', {}, 'olga');
    const found = lastApproved([due, removed, again, entry(4, 'payment.changed', { amountCents: 200 })]);
    expect(found?.terms).toEqual({ amountCents: 100, lineItems: [] });
  });
});

describe('a due date', () => {
  it.each(['local', 'utc'] as const)(
    'is as many days away as the calendar says in the zone of the page (%s), at any hour of the day',
    (zone) => {
      for (const hour of [0, 12, 23]) {
        const now =
          zone === 'utc' ? Date.UTC(2026, 2, 29, hour, 59) : new Date(2026, 2, 29, hour, 59).getTime();
        const days = ['2026-03-26', '2026-03-28', '2026-03-29', '2026-03-30', '2026-03-31', '2027-03-29'].map(
          (date) => daysUntil(date, now, zone),
        );
        expect(days).toEqual([-3, -1, 0, 1, 2, 365]);
        expect(days.map(standing)).toEqual([
          'Overdue by 3 days',
          'Overdue by 1 day',
          'Due today',
          'Due tomorrow',
          undefined,
          undefined,
        ]);
      }
    },
  );

  it('is the same day in every zone', () => {
    expect(dayInWords('2024-02-29')).toBe('29 Feb 2024');
  });
});
