import { errAsync, okAsync } from 'neverthrow';
import { beforeEach, describe, expect, it } from 'vitest';
import type { VendorPaymentId } from '../../../../src/domain/approvals/ids.ts';
import { present } from '../../../../src/domain/kernel/present.ts';
import type { Payouts, PayoutVerdict } from '../../../../src/ports/approvals/payouts.ts';
import { aColleague, anApprovalsApp, aVendorPaymentBody, told } from '../../../support/approvals-app.ts';

describe('Rejecting a payment whose money did not reach the vendor’s bank', () => {
  let record: PayoutVerdict | undefined;
  let isAway: boolean;
  let path: string;
  let reject: (key?: string, by?: 'admin' | 'vendor') => Promise<Response>;
  let asked: number;

  beforeEach(async () => {
    record = undefined;
    isAway = false;
    asked = 0;
    const payouts: Payouts = {
      pay({ attempt, amount }) {
        record = { paid: true, attempt, amount, processorReference: 'tr_1', processedAt: 1_000 };
        return okAsync(record);
      },
      lookup() {
        asked += 1;
        if (isAway) return errAsync({ kind: 'PayoutsUnavailable' });
        return record === undefined ? errAsync({ kind: 'PayoutHasNoRecord' }) : okAsync(record);
      },
    };
    const failed = (reference: string) => ({
      reason: 'payout_failed: no_account',
      processedAt: 2_000,
      carried: [{ reference, processorReference: 'tr_1' }],
    });
    let paymentId: VendorPaymentId;
    const bankPayouts = { failed: () => okAsync(failed(paymentId)) };
    const { app, useCases } = anApprovalsApp(undefined, { ports: { payouts, bankPayouts } });
    const send = (url: string, init: RequestInit) => app.request(url, init);
    const maker = await aColleague(send, 'maker', 'dispatcher');
    const admin = await aColleague(send, 'admin-1', 'admin');
    const body = aVendorPaymentBody();
    ({ paymentId } = await told<{ paymentId: VendorPaymentId }>(maker.post('/payments', body), 201));
    const vendor = await aColleague(send, 'payee', 'admin', { vendor_id: body.vendorId });
    path = `/payments/${paymentId}`;
    await told(admin.post(`${path}/approve`), 200);
    await told(admin.post(`${path}/process`), 200);
    const payout = { id: 'po_1', account: 'acct_1', requestId: 'request-1' };
    expect((await useCases.receiveFailedBankPayout(payout))._unsafeUnwrap()).toBe('returned');
    reject = (key, by = 'admin') =>
      (by === 'admin' ? admin : vendor).call(
        'POST',
        `${path}/reject`,
        { reason: 'Another vendor did it' },
        present({ 'idempotency-key': key }),
      );
  });

  const codeOf = async (response: Response) => [
    response.status,
    ((await response.json()) as { code?: string }).code,
  ];

  it('is refused while the vendor has the money, and leaves the key of the request free', async () => {
    expect(await codeOf(await reject('key-1'))).toEqual([409, 'payout_stands']);
    record = record && { ...record, paid: false, reason: 'transfer_reversed' };
    expect((await reject('key-1')).status).toBe(200);
  });

  it('is refused for now while the processor does not say', async () => {
    isAway = true;
    const refused = await reject();
    expect(refused.headers.get('retry-after')).toBe('60');
    expect(await codeOf(refused)).toEqual([503, 'payout_not_looked_up']);
    isAway = false;
    record = undefined;
    expect((await reject()).status).toBe(200);
    expect(await codeOf(await reject())).toEqual([409, 'payment_state_conflict']);
  });

  it('asks the processor nothing for a person who may not reject it', async () => {
    expect(await codeOf(await reject(undefined, 'vendor'))).toEqual([403, 'party_not_allowed']);
    expect(asked).toBe(0);
  });
});
