import { describe, expect, it } from 'vitest';
import { stripeRows } from '../../../src/domain/files/stripe-file.ts';
import { rowsIn, settlementFile } from '../../fixtures/settlement-files.ts';

const STRIPE = { source: 'stripe' };
const PAYOUT = 'payoutId=po_1SxAd2LkdIwHu7ix4TaYyVQm';
const of = (last: string, day = '09') =>
  `settledOn=2026-03-${day} reference=txn_3SxAd2LkdIwHu7ix${last} ${PAYOUT}`;
const DISPUTE = `settledOn=2026-03-09 reference=du_1SxAd2LkdIwHu7ix0001 ${PAYOUT} paymentId=pay_0001 processorReference=pi_3SxAd2LkdIwHu7ix0001`;

describe('a payout reconciliation report of Stripe', () => {
  it('says of every row what it is, in the minor units of its currency, and which of our transactions, or why it is rejected', async () => {
    expect(await rowsIn(settlementFile('stripe-payout-reconciliation.csv'), STRIPE)).toEqual([
      `2 ${of('0001')} paymentId=pay_0001 processorReference=pi_3SxAd2LkdIwHu7ix0001 fee=103 amount=2500 currency=USD amountIs=authorized type=payment status=settled`,
      `3 ${of('0002')} paymentId=pay_0002 processorReference=pi_3SxAd2LkdIwHu7ix0002 fee=45 amount=1250 currency=JPY amountIs=authorized type=payment status=settled`,
      `5 ${of('0003')} paymentId=pay_0003 processorReference=pi_3SxAd2LkdIwHu7ix0003 fee=362 amount=12345 currency=KWD amountIs=authorized type=payment status=settled`,
      `6 ${of('0004')} paymentId=pay_0004 processorReference=pi_3SxAd2LkdIwHu7ix0004 fee=3590 amount=123450 currency=EUR amountIs=authorized type=payment status=settled`,
      `7 ${of('0005')} paymentId=pay_0005 transactionId=txn_0005 fee=0 amount=490 currency=USD type=refund status=settled`,
      `8 ${of('0006')} paymentId=pay_0006 processorReference=re_3SxAd2LkdIwHu7ix0006 fee=-59 amount=1000 currency=USD type=refund status=settled`,
      `9 ${DISPUTE} fee=1500 amount=2500 currency=USD type=chargeback`,
      `10 ${DISPUTE} fee=-1500 amount=2500 currency=USD type=chargeback_reversal`,
      `11 ${of('0009')} type=fee amount=10 currency=USD`,
      `12 ${of('0010')} type=fee amount=4 currency=EUR`,
      `13 ${of('0011')} type=adjustment amount=490 currency=USD`,
      `14 ${of('0012')} paymentId=pay_0007 processorReference=pi_3SxAd2LkdIwHu7ix0007 fee=-15 amount=500 currency=USD type=uncaptured`,
      `15 ${of('0013')} type=adjustment amount=-350 currency=USD`,
      `16 ${of('0014', '07')} fee=0 type=payout amount=3801 currency=USD`,
      '17 customer_facing_currency converted',
      '18 reporting_category unknown_word',
      '19 gross not_an_amount',
      '20 gross not_an_amount',
      '21 net net_differs',
      '22 gross wrong_sign',
      `23 ${of('0021')} processorReference=pi_3SxAd2LkdIwHu7ix0013 fee=59 amount=1000 currency=USD amountIs=authorized type=payment status=settled`,
      '24 gross not_an_amount',
      '25 currency unknown_currency',
      '26 payment_intent_id formula',
      '27 payment_intent_id card_number',
      '28 automatic_payout_effective_at_utc not_a_day',
      '29 reporting_category unknown_word',
    ]);
  });
});

describe('an itemised payouts report of Stripe', () => {
  it('has a payout above zero for what went to the bank, and below zero for what came back or was taken from there', async () => {
    const payout = (day: string, entry: string, name: string) =>
      `settledOn=2026-03-${day} reference=txn_1SxAd2LkdIwHu7ix${entry} payoutId=po_1SxAd2LkdIwHu7ix${name}`;
    expect(await rowsIn(settlementFile('stripe-payouts.csv'), STRIPE)).toEqual([
      `2 ${payout('09', '0101', '4TaYyVQm')} bankReference=GYM2Q8SMDXNHV1 fee=0 type=payout amount=3801 currency=USD`,
      `3 ${payout('10', '0102', 'FAILEDxx')} fee=0 type=payout amount=1200 currency=USD`,
      `4 ${payout('12', '0103', 'FAILEDxx')} fee=0 type=payout amount=-1200 currency=USD`,
      `5 ${payout('13', '0104', 'NEGATIVE')} fee=0 type=payout amount=-725 currency=EUR`,
      `6 ${payout('13', '0105', 'INSTANTx')} fee=150 type=payout amount=10000 currency=USD`,
      '7 source_id missing',
    ]);
  });
});

describe('an amount of a currency that has no decimals', () => {
  it('may have two zeros where Stripe counts it with two decimals, and is refused with any others, or in another currency', async () => {
    const amounts = [
      'isk,500.00,-5.00,505.00',
      'isk,500,10,490.00',
      'ugx,-500.00,0.00,-500.00',
      'isk,500.50,0.00,500.50',
      'isk,1.000,0,1.000',
      'isk,500.0,0,500.0',
      'jpy,500.00,0.00,500.00',
    ];
    const rows = amounts.map((each, nth) => `charge,txn_${nth},${each},2026-03-09,ch_${nth}`);
    const header = 'reporting_category,balance_transaction_id,currency,gross,fee,net,available_on,source_id';
    const read = await rowsIn(new TextEncoder().encode([header, ...rows].join('\n')), STRIPE);
    const moneyIn = (row: string) =>
      /fee=(-?\d+) amount=(\d+) currency=(\w+)/.exec(row)?.slice(1).join(' ') ?? row;
    expect(read.map(moneyIn)).toEqual([
      '-5 500 ISK',
      '10 500 ISK',
      '4 gross wrong_sign',
      '5 gross not_an_amount',
      '6 gross not_an_amount',
      '7 gross not_an_amount',
      '8 gross not_an_amount',
    ]);
  });
});

describe('the header of a Stripe file', () => {
  const HEADER = [
    'reporting_category',
    'balance_transaction_id',
    'currency',
    'gross',
    'fee',
    'net',
    'available_on',
  ];
  const faultOf = (header: readonly string[]) => {
    const { fault, column } = stripeRows(header)._unsafeUnwrapErr();
    return `${fault} ${column}`;
  };

  it('may have columns that are not used, in any order and even twice, but needs each of its own once and a day', () => {
    expect(stripeRows(['description', ...HEADER.toReversed(), 'description']).isOk()).toBe(true);
    for (const column of HEADER)
      expect(faultOf(HEADER.filter((each) => each !== column))).toBe(
        `column_missing ${column === 'available_on' ? 'available_on_utc' : column}`,
      );
    expect(faultOf([...HEADER, 'gross'])).toBe('column_doubled gross');
  });
});
