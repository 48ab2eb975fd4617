import { describe, expect, it } from 'vitest';
import { EXPORT_COLUMNS } from '../../../src/entrypoints/files/export-columns.ts';
import { fileFormat } from '../../../src/entrypoints/files/export-encoder.ts';
import { readCsv } from '../../support/csv-reader.ts';

/** A row of any kind in which every amount is below zero. */
const BELOW_ZERO = {
  currency: 'EUR',
  type: 'capture',
  actor: { id: 'jobs', type: 'system' },
  payout: { amount: -2_910, difference: -2_910 },
  ...Object.fromEntries(
    [
      'amount',
      'debit',
      'credit',
      'net_amount',
      'fee',
      'fee_amount',
      ...['authorized', 'captured', 'refunded', 'payment', 'refund', 'gross'].map((name) => `${name}_amount`),
      ...['chargeback', 'adjustment', 'tolerated', 'exception'].map((name) => `${name}_amount`),
    ].map((name) => [name, -2_910]),
  ),
};

describe('the columns of an export', () => {
  it.each(Object.keys(EXPORT_COLUMNS) as (keyof typeof EXPORT_COLUMNS)[])(
    'of %s show each decimal of an amount as a number, also below zero',
    (source) => {
      const { head, lines } = fileFormat(source, 'csv');
      const [names = []] = readCsv(head);
      const [cells = []] = readCsv(lines([BELOW_ZERO as never]));
      const decimals = names.flatMap((name, at) => (name.endsWith('_decimal') ? [cells[at]] : []));
      expect(decimals).toEqual(decimals.map(() => '-29.10'));
      expect(cells.filter((cell) => cell.startsWith("'"))).toEqual([]);
    },
  );

  it.each([
    ['payments', ['amount', 'authorized', 'captured', 'refunded']],
    ['transactions', ['amount', 'fee']],
    ['journal', ['debit', 'credit']],
    [
      'settlements',
      [
        'net',
        'payment',
        'refund',
        'gross',
        'fee',
        'chargeback',
        'adjustment',
        'tolerated',
        'exception',
      ].concat('payout', 'payout_difference'),
    ],
  ] as const)(
    'of %s have a decimal of every amount, those that came later behind all others',
    (source, names) => {
      const decimals = Object.keys(EXPORT_COLUMNS[source]).filter((name) => name.endsWith('_decimal'));
      expect(decimals).toEqual(names.map((name) => `${name}_decimal`));
    },
  );
});
