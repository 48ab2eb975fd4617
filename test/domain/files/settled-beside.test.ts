import { describe, expect, it } from 'vitest';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import { type ExceptionOrder, proposeResolution } from '../../../src/domain/files/exception.ts';
import {
  exceptionRecord,
  publishedException,
  restoreException,
} from '../../../src/domain/files/exception-record.ts';
import {
  leftBesideSettled,
  paidBeside,
  type SettledBeside,
} from '../../../src/domain/files/settled-beside.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import type { Transaction } from '../../../src/domain/payments/transaction.ts';
import { aMerchantId, NOON } from '../../fixtures/changes.ts';
import { anException, aResolver } from '../../fixtures/exceptions.ts';

const paymentId = systemIds.payment(NOON);
const known = {
  merchantId: aMerchantId(),
  paymentId,
  version: 1,
  createdAt: NOON,
  updatedAt: NOON,
  auditHash: '',
};
const verdict = { processorId: 'pi_1', responseCode: '00', responseText: 'Approved', processedAt: NOON };
const captured: Transaction = {
  ...known,
  ...verdict,
  id: systemIds.transaction(NOON),
  type: 'capture',
  amount: money(2_500n, 'USD'),
  status: 'settled',
};
const held: Transaction = {
  ...known,
  ...verdict,
  id: systemIds.transaction(NOON),
  type: 'authorization',
  amount: money(4_000n, 'USD'),
  status: 'succeeded',
};
const about = (parts: Partial<ExceptionOrder>) =>
  anException({ paymentId, transactionId: captured.id, ...parts });
const beside = (parts: Partial<SettledBeside> = {}): SettledBeside => ({
  transaction: captured,
  ofPayment: [held, captured],
  isAcceptedAbsence: false,
  tolerance: () => 0n,
  ...parts,
});

describe('a row whose transaction something else has settled', () => {
  it('is left as what it would be had it come after: all that it pays where it differs, and nothing within the tolerance', () => {
    expect(leftBesideSettled(about({}), beside())).toMatchObject({
      type: 'duplicate',
      amount: money(2_490n, 'USD'),
      difference: 2_490n,
    });
    expect(leftBesideSettled(about({}), beside({ tolerance: () => 10n }))).toBeUndefined();
  });

  it('is left whole, whatever it says, where its transaction was taken as never paid', () => {
    const row = { type: 'payment', status: 'settled', amount: 2_500n, fee: 7n, currency: 'USD' };
    expect(leftBesideSettled(about({ row }), beside())).toBeUndefined();
    expect(leftBesideSettled(about({ row }), beside({ isAcceptedAbsence: true }))).toMatchObject({
      fields: [{ field: 'amount', ours: 0, theirs: 2_500 }],
      difference: 2_493n,
    });
  });

  it('is not left where it paid nothing, nor where it never ended with a transaction', () => {
    const failed = { status: 'failed', amount: 2_490n, currency: 'USD' };
    expect(leftBesideSettled(about({ row: failed }), beside())).toBeUndefined();
    expect(leftBesideSettled(about({ type: 'duplicate' }), beside())).toBeUndefined();
    const charged = { type: 'chargeback', status: 'settled', amount: 2_490n, currency: 'USD' };
    expect(leftBesideSettled(about({ row: charged }), beside())).toBeUndefined();
    const { row: _row, ...missing } = about({ type: 'missing_there' });
    expect(leftBesideSettled(missing, beside({ isAcceptedAbsence: true }))).toBeUndefined();
  });

  it('counts what was not captured as its source does: another row takes that back where its amount is what was authorized', () => {
    const row = { type: 'payment', status: 'settled', amount: 4_000n, fee: 0n, currency: 'USD' };
    expect(leftBesideSettled(about({ row }), beside())).toMatchObject({ difference: 4_000n });
    const authorized = about({ row, amountIs: 'authorized' });
    expect(leftBesideSettled(authorized, beside())).toBeUndefined();
    expect(restoreException(exceptionRecord(authorized), '')).toEqual(authorized);
    expect(publishedException(authorized)).not.toHaveProperty('amount_is');
  });

  it('stays open as a duplicate, without what was proposed of its other difference and without waiting', () => {
    const ann = aResolver('okta|ann', 'ann@x.com');
    const action = { kind: 'accept_difference' } as const;
    const proposed = proposeResolution(about({}), { action, reason: 'r', by: ann }, NOON + 1);
    const left = leftBesideSettled(proposed, beside());
    if (left === undefined) throw new Error('it pays beside what was settled');
    const next = paidBeside({ ...proposed, expectedUntil: NOON + 9 }, left, NOON + 2);
    expect(next).toMatchObject({
      status: 'open',
      type: 'duplicate',
      version: 3,
      difference: 2_490n,
      proposals: 1,
    });
    expect(next).not.toHaveProperty('proposal');
    expect(next).not.toHaveProperty('expectedUntil');
    expect(leftBesideSettled(next, beside())).toBeUndefined();
  });
});
