import { describe, expect, it } from 'vitest';
import { ADYEN_COLUMNS, adyenRows } from '../../../src/domain/files/adyen-file.ts';
import { rowsIn, settlementFile } from '../../fixtures/settlement-files.ts';

const ADYEN = { source: 'adyen' };
const of = (last: string, day = '05') => `settledOn=2026-03-${day} reference=LQWDDLKTSV2G${last} payoutId=4`;
const line = (batch: string, day: string, reference: string) =>
  `settledOn=2026-03-${day} reference=${batch} ${reference} payoutId=${batch}`;
const BANK = 'TX1000000000XT batch 4, TestMerchant';

describe('a settlement details report of Adyen', () => {
  it('says of every row what it is, its fee the sum of its parts, and which of our transactions, or why it is rejected', async () => {
    expect(await rowsIn(settlementFile('adyen-settlement-detail.csv'), ADYEN)).toEqual([
      `2 ${of('0001')} paymentId=pay_0001 processorReference=QFQTPCQ8HXSK0001 fee=12 amount=500 currency=EUR type=payment status=settled`,
      `3 ${of('0002')} paymentId=pay_0002 transactionId=txn_0002 fee=750 amount=34999 currency=EUR type=payment status=settled`,
      `4 ${of('0003')} paymentId=pay_0003 processorReference=QFQTPCQ8HXSK0003 fee=45 amount=1250 currency=JPY type=payment status=settled`,
      `5 ${of('0004')} paymentId=pay_0004 processorReference=QFQTPCQ8HXSK0004 fee=362 amount=12345 currency=KWD type=payment status=settled`,
      `6 ${of('0005')} paymentId=pay_0005 processorReference=QFQTPCQ8HXSK0005 fee=12 amount=5 currency=EUR type=payment status=settled`,
      `7 ${of('0006', '06')} paymentId=pay_0006 transactionId=txn_0006 fee=10 amount=490 currency=EUR type=refund status=settled`,
      `8 ${of('0007')} paymentId=pay_0007 processorReference=LQWDDLKTSV2G0007 fee=0 amount=100 currency=EUR type=refund status=settled`,
      `9 ${of('0008')} paymentId=pay_0002 processorReference=QFQTPCQ8HXSK0002 fee=750 amount=34999 currency=EUR type=chargeback`,
      `10 ${of('0008')} paymentId=pay_0002 processorReference=QFQTPCQ8HXSK0002 fee=0 amount=34999 currency=EUR type=chargeback_reversal`,
      `11 settledOn=2026-03-05 reference=LQWDDLKTSV2G0008 second payoutId=4 paymentId=pay_0002 processorReference=QFQTPCQ8HXSK0002 fee=0 amount=34999 currency=EUR type=chargeback`,
      `12 ${of('0010')} type=adjustment amount=100 currency=EUR`,
      `13 ${line('4', '08', 'Fee 2026-03-08 04:55:40 EUR -1230 Transaction Fees March 2026')} type=fee amount=1230 currency=EUR`,
      `14 ${line('5', '15', 'Fee 2026-03-15 04:55:40 EUR -1230 Transaction Fees March 2026')} type=fee amount=1230 currency=EUR`,
      `15 ${line('4', '08', 'InvoiceDeduction 2026-03-08 04:55:40 EUR -1000 Invoice 2026-02')} type=fee amount=1000 currency=EUR`,
      `16 ${line('4', '08', 'DepositCorrection 2026-03-08 04:55:40 EUR -2500 Deposit Correction')} type=adjustment amount=-2500 currency=EUR`,
      `17 ${line('4', '08', 'DepositCorrection 2026-03-08 04:55:40 EUR 2500 Deposit Correction')} type=adjustment amount=2500 currency=EUR`,
      `18 ${line('4', '08', 'Balancetransfer 2026-03-08 04:55:40 EUR 300 Balance transfer from batch 3')} type=adjustment amount=300 currency=EUR`,
      `19 ${line('4', '08', `MerchantPayout 2026-03-08 04:55:40 EUR -27046 ${BANK}`)} bankReference=${BANK} type=payout amount=27046 currency=EUR`,
      `20 ${line('5', '08', `BankInstructionReturned 2026-03-08 04:55:40 EUR 27046 ${BANK}`)} bankReference=${BANK} type=payout amount=-27046 currency=EUR`,
      '21 Gross Currency converted',
      '22 Type unknown_word',
      '23 Gross Credit (GC) not_an_amount',
      '24 Net Credit (NC) net_differs',
      '25 Gross Credit (GC) not_an_amount',
      '26 Gross Debit (GC) wrong_sign',
      `27 ${of('0017')} processorReference=QFQTPCQ8HXSK0017 fee=0 amount=1000 currency=EUR type=payment status=settled`,
      '28 Modification Reference formula',
      '29 Batch Number missing',
      '30 Gross Debit (GC) not_an_amount',
      // Two payments that cost the same in the same second are two lines.
      ...['0020', '0021'].map(
        (last, index) =>
          `${31 + index} ${line('4', '08', `PaymentCost 2026-03-08 04:55:40 EUR -195 Late return fee QFQTPCQ8HXSK${last}`)} type=fee amount=195 currency=EUR`,
      ),
      `33 ${line('4', '08', 'InternalCompanyPayout 2026-03-08 04:55:40 EUR -5000 To TestMerchant2')} type=adjustment amount=-5000 currency=EUR`,
      '34 Type unknown_word',
      '35 Type unknown_word',
    ]);
  });

  it('is of the day of booking where it has one, whatever the order of its columns, with totals of fees left out', async () => {
    const bank = 'TX2000000000XT batch 12, TestMerchant';
    const settled = (last: string) => `settledOn=2026-03-07 reference=LQWDDLKTSV2G${last} payoutId=12`;
    expect(await rowsIn(settlementFile('adyen-booking-dates.csv'), ADYEN)).toEqual([
      `2 ${settled('0001')} paymentId=pay_0001 transactionId=txn_0001 fee=60 amount=2500 currency=GBP type=payment status=settled`,
      `3 ${settled('0002')} paymentId=pay_0002 transactionId=txn_0002 fee=0 amount=300 currency=GBP type=refund status=settled`,
      `4 ${line('12', '07', `MerchantPayout 2026-03-07 01:00:00 GBP -2140 ${bank}`)} bankReference=${bank} type=payout amount=2140 currency=GBP`,
    ]);
  });
});

describe('the header of an Adyen file', () => {
  it('needs every column of its own once, but for parts of fees and references that the report leaves out', () => {
    const faultOf = (header: readonly string[]) =>
      adyenRows(header).match(
        () => 'none',
        ({ fault, column }) => `${fault} ${column}`,
      );
    const OPTIONAL = /^(?:Commission|Markup|Scheme Fees|Interchange|Modification Merchant)/;
    for (const column of ADYEN_COLUMNS)
      expect(faultOf(ADYEN_COLUMNS.filter((each) => each !== column))).toBe(
        OPTIONAL.test(column) ? 'none' : `column_missing ${column.replaceAll(/[()]/g, '?')}`,
      );
    expect(faultOf([...ADYEN_COLUMNS, 'Type'])).toBe('column_doubled Type');
  });
});
