import { describe, expect, it } from 'vitest';
import { namedTransaction, transactionsNamed } from '../../../src/domain/files/named-transaction.ts';
import { idOf } from '../../../src/domain/kernel/ids.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import type {
  SucceededTransaction,
  Transaction,
  TransactionType,
} from '../../../src/domain/payments/transaction.ts';
import { aMerchantId, NOON } from '../../fixtures/changes.ts';

const paymentId = idOf('pay', '1'.repeat(32));

const a = (
  type: TransactionType,
  digit: string,
  status: 'succeeded' | 'failed' = 'succeeded',
): Transaction => ({
  id: idOf('txn', digit.repeat(32)),
  merchantId: aMerchantId(),
  paymentId,
  type,
  amount: money(100n, 'USD'),
  status,
  processorId: `psp_${digit}`,
  responseCode: '00',
  responseText: 'Approved',
  processedAt: NOON,
  version: 1,
  createdAt: NOON,
  updatedAt: NOON,
  auditHash: '',
});

const [held, first, second, back, failed] = [
  a('authorization', '2'),
  a('capture', '3'),
  a('capture', '4'),
  a('refund', '5'),
  a('capture', '6', 'failed'),
];

describe('the transaction that a row names', () => {
  it('is the one of the id that was given, whatever its type', () => {
    expect(namedTransaction({ paymentId, transactionId: back.id }, 'capture', [first, back])).toBe(back);
    expect(namedTransaction({ paymentId, transactionId: second.id }, 'capture', [first])).toBeUndefined();
  });

  it('is found by the reference that we sent, and by the processor’s own', () => {
    const all = [held, first, second, back];
    for (const each of [first, second]) {
      expect(namedTransaction({ paymentId, processorReference: each.id }, 'capture', all)).toBe(each);
      const own = each.status === 'pending' ? '' : each.processorId;
      expect(namedTransaction({ paymentId, processorReference: own }, 'capture', all)).toBe(each);
    }
    expect(namedTransaction({ paymentId, processorReference: 'psp_5' }, 'refund', all)).toBe(back);
    expect(namedTransaction({ paymentId, processorReference: 'psp_9' }, 'capture', all)).toBeUndefined();
    expect(namedTransaction({ paymentId, processorReference: 'psp_3' }, 'refund', all)).toBeUndefined();
  });

  it('is the only capture where the row names the payment or its authorization, and none of several', () => {
    for (const name of [{}, { processorReference: paymentId }, { processorReference: 'psp_2' }]) {
      const named = { paymentId, ...name };
      expect(namedTransaction(named, 'capture', [held, first, back])).toBe(first);
      expect(namedTransaction(named, 'refund', [held, first, back])).toBe(back);
      expect(namedTransaction(named, 'capture', [held, first, second])).toBeUndefined();
      expect(namedTransaction(named, 'refund', [held, first])).toBeUndefined();
    }
  });

  it('may be any of several that the row leaves open, and none where it names another', () => {
    const all = [held, first, second, failed, back];
    for (const name of [{}, { processorReference: paymentId }, { processorReference: 'psp_2' }])
      expect(transactionsNamed({ paymentId, ...name }, 'capture', all)).toEqual([first, second]);
    expect(transactionsNamed({ paymentId, processorReference: 'psp_9' }, 'capture', all)).toEqual([]);
    expect(transactionsNamed({ paymentId, transactionId: second.id }, 'capture', all)).toEqual([second]);
  });

  it('is not a capture that failed beside one that did not', () => {
    expect(namedTransaction({ paymentId }, 'capture', [failed, first])).toBe(first);
    expect(namedTransaction({ paymentId }, 'capture', [failed])).toBe(failed);
  });

  const on = (transaction: Transaction, processorId: string) =>
    ({ ...transaction, processorId }) as Transaction;
  const [intent, taken, returned] = [on(held, 'pi_1'), on(first, 'pi_1'), on(back, 're_1')];

  it.each(['ch_9', 'py_9', 'NC6HT9CRT65ZGN82', '8825408195409505'])(
    'is the only capture or refund where the reference %s is of another kind of object than all of ours',
    (processorReference) => {
      const named = { paymentId, processorReference };
      expect(namedTransaction(named, 'capture', [taken, returned])).toBe(taken);
      expect(namedTransaction(named, 'capture', [intent, on(first, 'txn_3Nx'), returned])?.id).toBe(first.id);
      expect(namedTransaction(named, 'refund', [taken, returned])).toBe(returned);
      expect(namedTransaction(named, 'capture', [taken, on(second, 'pi_1')])).toBeUndefined();
      expect(
        namedTransaction(named, 'refund', [taken, returned, on(a('refund', '7'), 're_2')]),
      ).toBeUndefined();
      expect(namedTransaction(named, 'refund', [taken])).toBeUndefined();
    },
  );

  it.each(['pi_9', 're_9', 'pyr_9', idOf('txn', '9'.repeat(32)), idOf('pay', '9'.repeat(32))])(
    'is none where the reference %s could be one of ours and is not',
    (processorReference) => {
      const named = { paymentId, processorReference };
      expect(namedTransaction(named, 'capture', [taken, returned])).toBeUndefined();
      expect(namedTransaction(named, 'refund', [taken, returned])).toBeUndefined();
    },
  );

  it('is none where both references are without a kind, or ours is not known yet', () => {
    const named = { paymentId, processorReference: 'NC6HT9CRT65ZGN82' };
    expect(namedTransaction(named, 'capture', [on(first, 'RKPSVZ6T65ZGN821')])).toBeUndefined();
    const { processorId: _, ...order } = first as SucceededTransaction;
    const pending = { ...order, status: 'pending' } as Transaction;
    expect(namedTransaction(named, 'capture', [pending])).toBeUndefined();
    expect(namedTransaction(named, 'refund', [pending, returned])).toBe(returned);
  });
});
