import { ok } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import type { FileRow } from '../../../src/domain/files/file-row.ts';
import { countRow, type FileTotals, NO_TOTALS } from '../../../src/domain/files/file-totals.ts';
import { notePayout, onPayoutDays } from '../../../src/domain/files/payout-days.ts';
import { readRows, settlementFile } from '../../fixtures/settlement-files.ts';

const noted = (rows: readonly FileRow[]): FileTotals =>
  rows.reduce((totals, row) => notePayout(countRow(totals, row), row), NO_TOTALS);

const aPayout = (payoutId: string, settledOn: string, amount = 1n): FileRow => ({
  line: 2,
  type: 'payout',
  settledOn,
  amount,
  currency: 'EUR',
  payoutId,
});

describe('the days of the payouts of a file', () => {
  it('are the days of its rows, for each payout and currency, and other rows keep their own', async () => {
    const bytes = settlementFile('adyen-settlement-detail.csv');
    const rows = (await readRows(bytes, { source: 'adyen' })).flatMap((row) => row.unwrapOr(undefined) ?? []);
    const totals = noted(rows);
    expect(totals.payouts).toEqual({ '4 EUR': '2026-03-08' });
    const dayOf = (row: FileRow) =>
      onPayoutDays(() => ok(row), totals)([], row.line)._unsafeUnwrap().settledOn;
    for (const row of rows)
      expect(dayOf(row)).toBe(row.payoutId === '4' && row.currency === 'EUR' ? '2026-03-08' : row.settledOn);
    expect(new Set(rows.map((row) => row.settledOn)).size).toBeGreaterThan(2);
  });

  it('are told by the first row of a payout that went to the bank, and not by what came back from there', () => {
    const { payouts, rows } = noted([
      aPayout('4', '2026-03-08', -1n),
      aPayout('4', '2026-03-09'),
      aPayout('4', '2026-03-10'),
    ]);
    expect([payouts, rows]).toEqual([{ '4 EUR': '2026-03-09' }, 3]);
  });

  it('are no more than a record can hold, whatever the file says', () => {
    const many = Array.from({ length: 1_200 }, (_, index) => aPayout(`${index}`, '2026-03-09'));
    expect(Object.keys(noted(many).payouts ?? {})).toHaveLength(1_000);
  });
});
