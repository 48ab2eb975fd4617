import { describe, expect, it } from 'vitest';
import { nativeRows } from '../../../src/domain/files/native-file.ts';

const ROW = {
  payment_id: `pay_${'1'.repeat(32)}`,
  transaction_id: `txn_${'2'.repeat(32)}`,
  status: 'settled',
  fee: '30',
  processed_date: '2026-03-01',
  settlement_date: '2026-03-02',
  type: 'payment',
  amount: '1250',
  currency: 'USD',
  reference: 'order 1001',
  payout_id: 'po-1',
  bank_reference: 'IBAN note',
};
type Column = keyof typeof ROW;
const HEADER = Object.keys(ROW) as Column[];

const rejectionOf = (cells: Partial<Record<Column, string>>) => {
  const row = { ...ROW, ...cells };
  const read = nativeRows(HEADER)._unsafeUnwrap();
  const { line, column, reason } = read(
    HEADER.map((each) => row[each]),
    7,
  )._unsafeUnwrapErr();
  return `${line} ${column} ${reason}`;
};

describe('a row of the native source', () => {
  it('is read by its header, whatever the order of the columns, and empty optional cells say nothing', () => {
    const order = HEADER.toReversed();
    const read = nativeRows(order)._unsafeUnwrap();
    expect(
      read(
        order.map((column) => ROW[column]),
        2,
      )._unsafeUnwrap(),
    ).toEqual({
      line: 2,
      paymentId: ROW.payment_id,
      transactionId: ROW.transaction_id,
      status: 'settled',
      fee: 30n,
      settledOn: '2026-03-02',
      type: 'payment',
      amount: 1250n,
      currency: 'USD',
      reference: 'order 1001',
      payoutId: 'po-1',
      bankReference: 'IBAN note',
    });
    const required = HEADER.slice(0, 6);
    const bare = nativeRows(required)._unsafeUnwrap();
    expect(
      Object.keys(
        bare(
          required.map((column) => ROW[column]),
          2,
        )._unsafeUnwrap(),
      ),
    ).toEqual(['line', 'fee', 'settledOn', 'status', 'paymentId', 'transactionId']);
  });

  it.each(['1,234.50', '1.234,50', '1e3', '12.50', '-5', '+5', ' 5', '', '0x10', '١٢', '1'.repeat(19)])(
    'is rejected when its fee is %j, which is no whole number of minor units',
    (fee) => {
      expect(rejectionOf({ fee })).toBe(`7 fee ${fee === '' ? 'missing' : 'not_an_amount'}`);
      if (fee !== '') expect(rejectionOf({ amount: fee })).toBe('7 amount not_an_amount');
    },
  );

  it.each<[Column, string, string]>([
    ['status', 'paid', 'unknown_word'],
    ['status', 'Settled', 'unknown_word'],
    ['type', 'sale', 'unknown_word'],
    ['payment_id', 'pay_1', 'not_an_id'],
    ['payment_id', '', 'missing'],
    ['transaction_id', ROW.payment_id, 'not_an_id'],
    ['currency', 'usd', 'unknown_currency'],
    ['currency', 'XXX', 'unknown_currency'],
    ['settlement_date', '2026-02-30', 'not_a_day'],
    ['processed_date', '01.03.2026', 'not_a_day'],
    ['reference', '=HYPERLINK("x")', 'formula'],
    ['reference', '@sum', 'formula'],
    ['payout_id', '-1+1', 'formula'],
    ['bank_reference', '\tx', 'formula'],
    ['bank_reference', 'a\nb', 'control_character'],
    ['payout_id', 'po_1\u202e2', 'control_character'],
    ['reference', 'a\u200bb', 'control_character'],
    ['reference', 'x'.repeat(256), 'too_long'],
    ['reference', 'card 4242 4242 4242 4242', 'card_number'],
  ])('is rejected when %s is %j, as %s, and never guessed', (column, cell, reason) => {
    expect(rejectionOf({ [column]: cell })).toBe(`7 ${column} ${reason}`);
  });

  it('is one of any type of row, with what that type needs', () => {
    const none = { payment_id: '', transaction_id: '' };
    const read = (cells: Partial<Record<Column, string>>) => {
      const row = { ...ROW, ...cells };
      return nativeRows(HEADER)
        ._unsafeUnwrap()(
          HEADER.map((each) => row[each]),
          7,
        )
        ._unsafeUnwrap();
    };
    const said = { line: 7, fee: 30n, settledOn: '2026-03-02', payoutId: 'po-1', bankReference: 'IBAN note' };
    const ids = { paymentId: ROW.payment_id, transactionId: ROW.transaction_id };
    for (const type of ['chargeback', 'chargeback_reversal'] as const)
      expect(read({ type })).toEqual({
        ...said,
        ...ids,
        type,
        amount: 1250n,
        currency: 'USD',
        reference: ROW.reference,
      });
    for (const type of ['fee', 'adjustment', 'payout'] as const)
      for (const amount of ['1250', '-1250', '0'])
        expect(read({ ...none, type, amount })).toEqual({
          ...said,
          type,
          amount: BigInt(amount),
          currency: 'USD',
          reference: ROW.reference,
        });
  });

  it.each<[Partial<Record<Column, string>>, string]>([
    [{ type: 'chargeback', reference: '' }, 'reference missing'],
    [{ type: 'chargeback', amount: '' }, 'amount missing'],
    [{ type: 'chargeback', amount: '-5' }, 'amount not_an_amount'],
    [{ type: 'chargeback', currency: '' }, 'currency missing'],
    [{ type: 'chargeback', transaction_id: '' }, 'transaction_id missing'],
    [{ type: 'chargeback_reversal', status: 'failed' }, 'status not_of_type'],
    [{ type: 'fee' }, 'payment_id not_of_type'],
    [{ type: 'fee', payment_id: '' }, 'transaction_id not_of_type'],
    [{ type: 'adjustment', payment_id: '', transaction_id: '', reference: '' }, 'reference missing'],
    [{ type: 'adjustment', payment_id: '', transaction_id: '', amount: '' }, 'amount missing'],
    [{ type: 'adjustment', payment_id: '', transaction_id: '', amount: '--5' }, 'amount not_an_amount'],
    [{ type: 'adjustment', payment_id: '', transaction_id: '', amount: '-' }, 'amount missing'],
    [{ type: 'payout', payment_id: '', transaction_id: '', payout_id: '' }, 'payout_id missing'],
    [{ type: 'payout', payment_id: '', transaction_id: '', currency: '' }, 'currency missing'],
  ])('of a type is rejected when it lacks what the type needs, or has what it does not: %j', (cells, why) => {
    expect(rejectionOf(cells)).toBe(`7 ${why}`);
  });

  it('is rejected when it has more or fewer cells than the header', () => {
    const read = nativeRows(HEADER)._unsafeUnwrap();
    for (const cells of [['1'], [...HEADER, 'more']])
      expect(read(cells, 3)._unsafeUnwrapErr()).toEqual({ kind: 'RowRejected', line: 3, reason: 'cells' });
  });

  it('has a header that names every needed column once, and no other', () => {
    const faultOf = (header: readonly string[]) => {
      const { fault, column } = nativeRows(header)._unsafeUnwrapErr();
      return `${fault} ${column}`;
    };
    expect(faultOf(HEADER.filter((column) => column !== 'fee'))).toBe('column_missing fee');
    expect(faultOf([...HEADER, 'fee'])).toBe('column_doubled fee');
    expect(faultOf([...HEADER, 'amout'])).toBe('column_unknown amout');
    expect(faultOf(['=cmd()\n'])).toBe('column_unknown ?cmd???');
    expect(faultOf(['4242 4242 4242 4242'])).toBe('column_unknown ?');
    expect(faultOf(Array.from({ length: 1_001 }, () => 'fee'))).toBe('columns_too_many 1001');
  });
});
