import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsIn } from '../../console/src/payments/columns.ts';
import { paymentSearch } from '../../console/src/payments/payment-search.ts';
import { isSame, viewsIn, withView } from '../../console/src/payments/saved-views.ts';
import { tAccountsOf } from '../../console/src/payments/t-accounts.ts';

const entry = (n: number, debit: string, credit: string, amount: number) => ({
  id: `led_${n}`,
  merchant_id: 'merchant-123',
  type: 'capture',
  debit,
  credit,
  amount,
  currency: 'USD',
  created_at: '2026-03-01T12:00:00.000Z',
});

describe('a payment in T-accounts', () => {
  it('has every entry twice, and balances that come to nothing together', () => {
    const accounts = fc.uniqueArray(fc.constantFrom('available', 'pending', 'processor', 'fees'), {
      minLength: 2,
      maxLength: 2,
    });
    const made = fc.tuple(accounts, fc.integer({ min: 1, max: 10_000 }));
    fc.assert(
      fc.property(fc.array(made), (moves) => {
        const entries = moves.map(([[debit = '', credit = ''], amount], n) =>
          entry(n, debit, credit, amount),
        );
        const found = tAccountsOf(entries);
        const lines = found.flatMap(({ debits, credits }) => [...debits, ...credits]);
        expect(lines.map(({ id }) => id).toSorted()).toEqual(
          entries.flatMap(({ id }) => [id, id]).toSorted(),
        );
        expect(found.reduce((sum, { balance }) => sum + balance, 0n)).toBe(0n);
      }),
    );
  });

  it('stands oldest first, debits at the left', () => {
    const [processor, available] = tAccountsOf([
      entry(2, 'available', 'processor', 300),
      entry(1, 'processor', 'available', 1_000),
    ]);
    expect(processor).toMatchObject({ account: 'processor', balance: -700n, debits: [{ id: 'led_1' }] });
    expect(available).toMatchObject({ account: 'available', balance: 700n, credits: [{ id: 'led_1' }] });
  });
});

describe('what a browser keeps of the list', () => {
  const failed = paymentSearch.parse({ status: 'failed' });

  it('is views by name, of which one that is kept again gives way', () => {
    const once = withView([], { name: 'Declined', search: failed });
    const again = withView(once, { name: 'Declined', search: paymentSearch.parse({ currency: 'USD' }) });
    expect(viewsIn(JSON.parse(JSON.stringify(again)))).toEqual([
      { name: 'Declined', search: { currency: 'USD' } },
    ]);
    expect(isSame(viewsIn(JSON.parse(JSON.stringify(once)))[0]?.search ?? {}, failed)).toBe(true);
  });

  it.each([[null], ['x'], [{}], [[{ name: 'x' }]], [[{ name: '', search: {} }]]])(
    'is nothing where %j was kept',
    (kept) => {
      expect(viewsIn(kept)).toEqual([]);
    },
  );

  it('is columns, in the order of the table whatever the order they were chosen in', () => {
    expect(columnsIn(['Created', 'Status', 'Colour'])).toEqual(['Status', 'Created']);
    expect(columnsIn([])).toEqual([]);
    expect(columnsIn(null)).toContain('Key');
  });
});
