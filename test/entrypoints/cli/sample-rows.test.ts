import { describe, expect, it } from 'vitest';
import { SAMPLE_SOURCES, sampleOf } from '../../../src/entrypoints/cli/sample-rows.ts';
import { anOpening, aSuccess } from '../../fixtures/changes.ts';
import { readRows } from '../../fixtures/settlement-files.ts';

const transactions = [1_250n, 4_900n, 800n].flatMap((amount) => {
  const [transaction] = aSuccess(anOpening({ amount })).transactions;
  return transaction === undefined ? [] : [transaction.next];
});

describe('a sample of a settlement file', () => {
  it.each(SAMPLE_SOURCES)(
    'in the columns of %s has a fee, another amount and a payment that there is not',
    async (source) => {
      const text = sampleOf(source, transactions);
      const rows = (await readRows(new TextEncoder().encode(text), { source })).map((row) =>
        row._unsafeUnwrap(),
      );
      expect(rows).toMatchObject([
        { paymentId: transactions[0]?.paymentId, amount: 1_250n, fee: 0n, currency: 'USD' },
        { paymentId: transactions[1]?.paymentId, amount: 4_900n, fee: 172n },
        { paymentId: transactions[2]?.paymentId, amount: 700n, fee: 0n },
        { paymentId: 'pay_000000000000ffffffffffffffffffff', amount: 1_250n },
      ]);
    },
  );
});
