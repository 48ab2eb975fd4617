import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileReading } from '../../../src/domain/files/file-sources.ts';
import type { CurrencyCode } from '../../../src/domain/kernel/currency.ts';
import { ROW_TYPES } from '../../../src/domain/merchants/settlement-mapping.ts';
import { adyenFile, type BookRow, MAPPING, mappedFile, stripeFile } from '../../fixtures/rendered-files.ts';
import { readRows } from '../../fixtures/settlement-files.ts';
import { trying } from '../arbitraries.ts';

const hex = fc.stringMatching(/^[0-9a-f]{32}$/);
const rows = fc.array(
  fc
    .record({
      type: fc.constantFrom(...ROW_TYPES),
      payment: hex,
      transaction: hex,
      amount: fc.bigInt({ min: 0n, max: 10n ** 15n }),
      isReversed: fc.boolean(),
      fee: fc.bigInt({ min: -10_000n, max: 10_000n }),
      currency: fc.constantFrom<CurrencyCode>('USD', 'EUR', 'JPY', 'KWD'),
      day: fc.integer({ min: 10, max: 28 }),
      reference: fc.stringMatching(/^[a-z]{8}$/),
    })
    .map(({ payment, transaction, isReversed, day, ...each }): BookRow => {
      const isOfAccount = each.type === 'fee' || each.type === 'adjustment' || each.type === 'payout';
      return {
        ...each,
        ...(isOfAccount ? {} : { paymentId: `pay_${payment}` }),
        ...(each.type === 'refund' ? { transactionId: `txn_${transaction}` } : {}),
        amount: isOfAccount && isReversed ? -each.amount : each.amount,
        fee: isOfAccount ? 0n : each.fee,
        settledOn: `2026-03-${day}`,
        payoutId: `batch-${day}`,
      };
    }),
  { minLength: 1, maxLength: 20 },
);

const FORMS: Readonly<Record<string, readonly [FileReading, (rows: readonly BookRow[]) => string]>> = {
  stripe: [{ source: 'stripe' }, stripeFile],
  adyen: [{ source: 'adyen' }, adyenFile],
  mapped: [{ source: 'mapped', mapping: MAPPING }, mappedFile],
};

describe.each(Object.entries(FORMS))(
  'a book that is written in the form of %s',
  (source, [reading, written]) => {
    it('reads back as the same rows, to the minor unit', async () => {
      await fc.assert(
        fc.asyncProperty(rows, async (book) => {
          const read = await readRows(new TextEncoder().encode(written(book)), reading);
          expect(read.map((row) => row._unsafeUnwrap())).toMatchObject(
            book.map(({ reference, fee, ...row }) => ({
              ...row,
              ...(row.paymentId === undefined ? {} : { fee }),
              // Lines of an account at Adyen have no reference of their own.
              ...(source === 'adyen' && row.paymentId === undefined ? {} : { reference }),
            })),
          );
        }),
        trying(50),
      );
    });
  },
);
