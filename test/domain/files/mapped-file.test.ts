import { describe, expect, it } from 'vitest';
import { formatOf } from '../../../src/domain/files/file-sources.ts';
import { mappedRows } from '../../../src/domain/files/mapped-file.ts';
import { mappingFile, rowsIn, settlementFile } from '../../fixtures/settlement-files.ts';

const ACQUIRER = mappingFile('mapped-acquirer.json');

describe('a file that is read by a mapping', () => {
  it('says in the mapping’s own separators, days and words what every row is, with totals left out, or why it is rejected', async () => {
    const of = (day: string, reference: string, payout = 'S-7') =>
      `settledOn=2026-03-${day} reference=${reference} payoutId=${payout}`;
    expect(
      await rowsIn(settlementFile('mapped-acquirer.csv'), { source: 'mapped', mapping: ACQUIRER }),
    ).toEqual([
      `5 ${of('09', 'L1')} paymentId=pay_0001 transactionId=txn_0001 fee=3610 amount=123450 currency=EUR type=payment status=settled`,
      `6 ${of('09', 'L2')} paymentId=pay_0002 processorReference=A-2 amount=1250 currency=EUR type=payment status=failed`,
      `7 ${of('09', 'L3')} paymentId=pay_0003 transactionId=txn_0003 fee=0 amount=490 currency=EUR type=refund status=settled`,
      `8 ${of('09', 'L4', 'S-8')} paymentId=pay_0004 transactionId=txn_0004 fee=45 amount=1250 currency=JPY type=payment status=settled`,
      `9 ${of('10', 'D-1')} paymentId=pay_0001 fee=1500 amount=123450 currency=EUR type=chargeback`,
      `10 ${of('11', 'D-1')} paymentId=pay_0001 fee=-1500 amount=123450 currency=EUR type=chargeback_reversal`,
      `11 ${of('11', 'L7')} type=fee amount=990 currency=EUR`,
      `12 ${of('11', 'L8')} type=adjustment amount=-200 currency=EUR`,
      `13 ${of('12', 'L9')} bankReference=SETTLEMENT S-7 type=payout amount=118040 currency=EUR`,
      `14 ${of('12', 'L10', 'S-9')} type=payout amount=-300 currency=EUR`,
      '15 Gross not_an_amount',
      '16 Gross not_an_amount',
      '17 Gross wrong_sign',
      '18 Value date not_a_day',
      '19 Value date not_a_day',
      '20 Kind unknown_word',
      '21 State unknown_word',
      '22 Line missing',
      '23 Payout missing',
    ]);
  });

  it('may have tabs between its cells, minor units with the sign of what they add to the balance, and one currency for all rows', async () => {
    const reading = { source: 'mapped', mapping: mappingFile('mapped-tabs.json') };
    expect(await rowsIn(settlementFile('mapped-tabs.tsv'), reading)).toEqual([
      '2 settledOn=2026-03-09 reference=1 payoutId=1 paymentId=pay_0001 amount=1250 currency=USD type=payment status=settled',
      '3 amount not_an_amount',
      '4 amount wrong_sign',
      '5 settledOn=2026-03-09 reference=4 payoutId=4 paymentId=pay_0004 amount=490 currency=USD type=refund status=settled',
      '6 amount wrong_sign',
      '7 settledOn=2026-03-09 reference=6 payoutId=6 type=fee amount=30 currency=USD',
      '8 settledOn=2026-03-09 reference=7 payoutId=7 type=payout amount=720 currency=USD',
    ]);
  });

  it('must have every column that the mapping names, once, even one that only tells which rows are none', () => {
    const { fees = [], ...single } = ACQUIRER.columns;
    const header = [...Object.values(single), ...fees];
    const faultOf = (names: readonly string[], mapping = ACQUIRER) =>
      mappedRows(mapping)(names).match(
        () => 'none',
        ({ fault, column }) => `${fault} ${column}`,
      );
    expect(faultOf(['more', ...header, 'more'])).toBe('none');
    for (const column of header)
      expect(faultOf(header.filter((each) => each !== column))).toBe(`column_missing ${column}`);
    expect(faultOf([...header, 'Fee'])).toBe('column_doubled Fee');
    expect(faultOf(header, { ...ACQUIRER, skip: [{ column: 'Level', equals: 'sum' }] })).toBe(
      'column_missing Level',
    );
  });

  it('is not read without its mapping, nor by a source that this version has not', () => {
    for (const source of ['mapped', 'other', 'toString'])
      expect(() => formatOf({ source })).toThrow(`files of the source ${source} cannot be read`);
  });
});
