import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonText, parseJson } from '../../src/domain/json.ts';
import { PAYMENT_STATUSES } from '../../src/domain/payment.ts';
import { type PaymentRecord, paymentRecord, restorePayment } from '../../src/domain/payment-record.ts';
import { reachablePayment, trying } from './arbitraries.ts';

describe('a payment record', () => {
  it('restores every payment that moves can reach, as it was', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(reachablePayment, fc.stringMatching(/^[0-9a-f]{64}$/), (payment, auditHash) => {
        seen.add(payment.status);
        const stored = { ...payment, auditHash };
        expect(restorePayment(paymentRecord(stored), auditHash)).toEqual(stored);
      }),
      trying(1_000),
    );
    expect([...seen].sort()).toEqual([...PAYMENT_STATUSES].sort());
  });

  it('restores it also from JSON text', () => {
    fc.assert(
      fc.property(reachablePayment, (payment) => {
        const record = parseJson(jsonText(paymentRecord(payment))) as PaymentRecord;
        expect(restorePayment(record, payment.auditHash)).toEqual(payment);
      }),
      trying(300),
    );
  });

  it('that no move could have made is a defect', () => {
    const record = paymentRecord(fc.sample(reachablePayment, { numRuns: 1, seed: 1 })[0] as never);
    const bent = (change: object) => () => restorePayment({ ...record, ...change } as PaymentRecord, '');
    expect(bent({ status: 'failed', failure: undefined })).toThrow('no failure');
    expect(bent({ status: 'lost' })).toThrow('unknown status');
    expect(bent({ currency: 'usd' })).toThrow('unknown currency');
  });
});
