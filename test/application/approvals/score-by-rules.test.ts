import { okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { rulesFraudScorer } from '../../../src/application/approvals/score-by-rules.ts';
import { defaultFraudRules } from '../../../src/domain/approvals/fraud-rules.ts';
import type { VendorPayment } from '../../../src/domain/approvals/vendor-payment.ts';
import { aCreation, aLine, aPricedOrder, paidOut } from '../../fixtures/approvals.ts';
import { NOON } from '../../fixtures/changes.ts';

const LONG_AGO = NOON - 5_000 * 3_600_000;
const aPast = (cents: bigint, hours: number): VendorPayment =>
  aCreation({ lineItems: [aLine(cents)], createdAt: LONG_AGO + hours * 3_600_000 }).payment;

/** How an order of 1001 cents is scored behind a history, newest first, and how many reads that took. */
async function scored(history: readonly VendorPayment[], known?: VendorPayment) {
  let reads = 0;
  const scorer = rulesFraudScorer(
    {
      vendorPayments: {
        list: (_filter, { limit, after }) => {
          reads += 1;
          const from = after === undefined ? 0 : history.findIndex(({ id }) => id === after) + 1;
          return okAsync(history.slice(from, from + limit));
        },
      },
    },
    defaultFraudRules([]),
  );
  const assessment = await scorer.score(aPricedOrder({ lineItems: [aLine(1_001n)] }), NOON, known?.id);
  return [...assessment._unsafeUnwrap().reasons.map(({ code }) => code), reads];
}

describe('a vendor’s history', () => {
  const paid = [3, 2, 1].map((hours) => paidOut(aPast(100n, hours)));
  const asked = (count: number) => Array.from({ length: count }, (_, n) => aPast(17n, 2_000 - n));

  it('is read once where enough of the newest payments were paid, or there are no others', async () => {
    expect(await scored(paid)).toEqual(['amount_above_history', 1]);
    expect(await scored(asked(90))).toEqual([1]);
    expect(await scored([...paid, ...asked(200)])).toEqual(['amount_above_history', 1]);
  });

  it('is read on until what was paid is found, past orders that are only asked for', async () => {
    expect(await scored([...asked(98), ...paid])).toEqual(['amount_above_history', 1]);
    expect(await scored([...asked(250), ...paid, ...asked(400)])).toEqual(['amount_above_history', 3]);
    expect(await scored([...asked(997), ...paid])).toEqual(['amount_above_history', 10]);
  });

  it('is not looked through for ever', async () => {
    expect(await scored([...asked(2_000), ...paid])).toEqual([10]);
    expect(await scored([...asked(998), ...paid])).toEqual([10]);
  });

  it('does not hold the payment that is scored', async () => {
    const [known, ...others] = [...asked(998), ...paid];
    expect(await scored([known as VendorPayment, ...others], known)).toEqual(['amount_above_history', 10]);
  });
});
