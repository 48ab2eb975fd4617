import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idOf } from '../../../src/domain/kernel/ids.ts';
import { difference, jsonText } from '../../../src/domain/kernel/json.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import {
  decide,
  decidedTransaction,
  openTransaction,
  type Transaction,
  type TransactionOrder,
} from '../../../src/domain/payments/transaction.ts';
import {
  restoreTransaction,
  type TransactionRecord,
  transactionDifference,
  transactionRecord,
} from '../../../src/domain/payments/transaction-record.ts';
import { aMerchantId, NOON } from '../../fixtures/changes.ts';
import { trying } from '../arbitraries.ts';
import { settled } from '../payment-moves.ts';

const verdict = {
  processorId: 'sim_1',
  responseCode: '00',
  responseText: 'Approved',
  processedAt: NOON + 5,
  fee: 29n,
};

const order: fc.Arbitrary<TransactionOrder> = fc
  .record(
    {
      type: fc.constantFrom('authorization' as const, 'capture' as const, 'refund' as const, 'void' as const),
      units: fc.bigInt({ min: 1n, max: 2n ** 62n }),
      reason: fc.string({ minLength: 1 }),
    },
    { requiredKeys: ['type', 'units'] },
  )
  .map(({ units, ...rest }) => ({
    id: idOf('txn', '1'.repeat(32)),
    merchantId: aMerchantId(),
    paymentId: idOf('pay', '2'.repeat(32)),
    amount: money(units, 'EUR'),
    createdAt: NOON,
    ...rest,
  }));

type Status = 'succeeded' | 'failed';
const status = fc.constantFrom<Status>('succeeded', 'failed');

const transaction: fc.Arbitrary<Transaction> = fc
  .tuple(order, fc.constantFrom('open', 'decided', 'settled'), status)
  .map(([each, how, end]): Transaction => {
    const pending = openTransaction(each);
    if (how === 'open') return pending;
    const decided = decide(pending, end, verdict, NOON + 6)._unsafeUnwrap();
    return how === 'settled' && end === 'succeeded' ? settled(decided, NOON + 7) : decided;
  });

describe('a transaction', () => {
  it('is decided once', () => {
    fc.assert(
      fc.property(transaction, status, (each, end) => {
        const decided = decide(each, end, verdict, NOON + 9);
        if (each.status !== 'pending')
          expect(decided._unsafeUnwrapErr()).toEqual({
            kind: 'TransactionStateConflict',
            status: each.status,
          });
        else
          expect(decided._unsafeUnwrap()).toEqual({
            ...each,
            ...verdict,
            status: end,
            version: 2,
            updatedAt: NOON + 9,
          });
      }),
      trying(200),
    );
  });

  it('with a verdict from the start is in its first version', () => {
    fc.assert(
      fc.property(order, status, (each, end) => {
        expect(decidedTransaction(each, end, verdict)).toMatchObject({
          ...each,
          ...verdict,
          status: end,
          version: 1,
        });
      }),
      trying(50),
    );
  });

  it('is restored from its record as it was', () => {
    fc.assert(
      fc.property(transaction, (each) => {
        const stored = { ...each, auditHash: 'a'.repeat(64) };
        expect(restoreTransaction(transactionRecord(stored), each.merchantId, stored.auditHash)).toEqual(
          stored,
        );
      }),
      trying(300),
    );
  });

  it('differs from any other by the fields in which their records do, in their order', () => {
    const another = fc
      .tuple(transaction, fc.bigInt({ min: 0n, max: 2n ** 62n }), fc.nat(3))
      .map(([each, fee, later]): Transaction => {
        const moved = {
          ...each,
          id: idOf('txn', `${later}`.repeat(32)),
          paymentId: idOf('pay', `${later}`.repeat(32)),
          createdAt: each.createdAt + later,
          amount: money(each.amount.minorUnits, later === 0 ? 'EUR' : 'USD'),
        };
        if (moved.status === 'pending') return moved;
        const said = { processorId: `sim_${later}`, responseCode: `0${later}`, responseText: `${later}` };
        return { ...moved, ...said, processedAt: moved.processedAt + later, fee };
      });
    fc.assert(
      fc.property(fc.oneof(transaction, another), fc.oneof(transaction, another), (before, after) => {
        expect(jsonText(transactionDifference(before, after))).toBe(
          jsonText(difference(transactionRecord(before), transactionRecord(after))),
        );
      }),
      trying(300),
    );
  });

  it('that is decided without a verdict in the store is a defect', () => {
    const [sample] = fc.sample(order, { numRuns: 1, seed: 1 });
    const record = transactionRecord(decidedTransaction(sample as TransactionOrder, 'succeeded', verdict));
    for (const name of ['processor_id', 'response_code', 'response_text', 'processed_at']) {
      const bent = { ...record, [name]: undefined } as TransactionRecord;
      expect(() => restoreTransaction(bent, aMerchantId(), '')).toThrow("lacks the processor's verdict");
    }
  });
});
