import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errAsync, okAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { payoutToStripe } from '../../src/adapters/stripe/amounts.ts';
import { vendorAccountsIn } from '../../src/adapters/stripe/vendor-accounts.ts';
import { readAccountsAt } from '../../src/composition/vendor-accounts.ts';
import type { VendorId } from '../../src/domain/approvals/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { PayoutOrder } from '../../src/ports/approvals/payouts.ts';
import { payoutsContract } from '../contract/approvals/payouts.contract.ts';
import { payoutVendors } from '../fixtures/approvals.ts';
import { hasStripeDescription } from '../support/aws-emulators.ts';
import { payoutsAt, transferred } from '../support/stripe-double/payouts.ts';
import { type StripeDouble, startStripeDouble } from '../support/stripe-double/server.ts';
import { reverseTransfer } from '../support/stripe-double/transfers.ts';

const vendors = payoutVendors;
const ACCOUNTS: Readonly<Record<string, string>> = {
  [vendors.paid]: 'acct_double_vendor',
  [vendors.refused]: 'acct_double_restricted',
  [vendors.refusedOnce]: 'acct_double_capable_later',
  [vendors.silentlyPaid]: 'acct_double_silent',
  [vendors.silentlyRefused]: 'acct_double_silent_restricted',
  [vendors.away]: 'acct_double_away',
};
const onItsAccount = (id: VendorId) => okAsync(ACCOUNTS[id] ?? 'acct_double_vendor');

if (hasStripeDescription())
  payoutsContract('Stripe, as its double has it', async () => {
    const double = await startStripeDouble();
    double.books().available.set('usd', 1_000_000_000);
    return {
      payouts: payoutsAt(double, onItsAccount),
      vendors,
      most: money(99_999_999n, 'USD'),
      recordsRefusals: false,
      paid: () => transferred(double),
      close: async () => {
        await double.close();
        if (double.undescribed().length > 0) throw new Error(double.undescribed().join('\n'));
      },
    };
  });

const TRANSFERS = 'POST /v1/transfers';

describe.runIf(hasStripeDescription())('Payouts on Stripe', () => {
  let double: StripeDouble;
  beforeEach(async () => {
    double = await startStripeDouble();
    double.books().available.set('usd', 1_000);
  });
  afterEach(async () => {
    await double.close();
    expect(double.undescribed()).toEqual([]);
  });

  const anOrder = (parts: Partial<PayoutOrder> = {}): PayoutOrder => ({
    reference: 'r-1',
    attempt: 1,
    vendorId: vendors.paid,
    amount: money(400n, 'USD'),
    ...parts,
  });
  const pay = async (parts?: Partial<PayoutOrder>, to = 'acct_double_vendor') =>
    payoutsAt(double, () => okAsync(to)).pay(anOrder(parts));

  it('are transfers that say which payout, attempt and vendor they are of', async () => {
    const { processorReference } = (await pay())._unsafeUnwrap();
    expect([...double.books().transfers.values()]).toMatchObject([
      {
        id: processorReference,
        amount: 400,
        currency: 'usd',
        destination: 'acct_double_vendor',
        transfer_group: 'r-1',
        metadata: { paywright_payout: 'r-1', paywright_attempt: '1', paywright_vendor: vendors.paid },
      },
    ]);
  });

  it('fail with Stripe’s own code, and what it calls the request', async () => {
    for (const [to, amount, reason] of [
      ['acct_double_restricted', 400n, 'insufficient_capabilities_for_transfer'],
      ['acct_double_closed', 400n, 'account_invalid'],
      ['acct_none', 400n, 'resource_missing'],
      ['acct_double_vendor', 1_001n, 'balance_insufficient'],
    ] as const) {
      const verdict = (await pay({ reference: reason, amount: money(amount, 'USD') }, to))._unsafeUnwrap();
      expect(verdict).toMatchObject({ paid: false, reason, amount: money(amount, 'USD') });
      expect(verdict.processorReference).toMatch(/^req_/);
    }
    expect(transferred(double)).toEqual([]);
  });

  it('fail without a request where Stripe cannot be told the amount', async () => {
    for (const amount of [money(100_000_000n, 'USD'), money(1_045n, 'HUF'), money(5_124n, 'KWD')])
      expect((await pay({ amount }))._unsafeUnwrap()).toMatchObject({
        paid: false,
        reason: 'invalid_payout_amount',
        processorReference: 'not_sent',
      });
    expect(double.requests().filter(({ method }) => method === 'POST')).toEqual([]);
    expect(payoutToStripe(money(1_000n, 'HUF'))).toBe(1_000);
    expect(payoutToStripe(money(5n, 'ISK'))).toBe(500);
  });

  it('are without effect, and no failure, where Stripe is busy or the key is one of before', async () => {
    for (const kind of ['rate_limited', 'lock_timeout'] as const) {
      double.script.next(TRANSFERS, { kind });
      expect((await pay())._unsafeUnwrapErr()).toEqual({ kind: 'PayoutsUnavailable' });
    }
    double.script.next('GET /v1/transfers', { kind: 'rate_limited' });
    expect((await pay())._unsafeUnwrapErr()).toEqual({ kind: 'PayoutsUnavailable' });
    expect(transferred(double)).toEqual([]);
  });

  it('have no outcome yet where Stripe may have paid', async () => {
    for (const fault of [
      { kind: 'key_in_use' },
      { kind: 'unavailable' },
      { kind: 'reset', when: 'before' },
    ] as const) {
      // Stripe's client repeats once what a reset connection ended.
      double.script.next(TRANSFERS, fault, ...(fault.kind === 'reset' ? [fault] : []));
      expect((await pay())._unsafeUnwrapErr()).toEqual({ kind: 'PayoutOutcomeUnknown' });
    }
  });

  it('are made once under a reference after Stripe forgot its keys, whatever attempt comes', async () => {
    const verdict = (await pay())._unsafeUnwrap();
    double.forgetKeys();
    for (const attempt of [1, 2]) expect((await pay({ attempt }))._unsafeUnwrap()).toEqual(verdict);
    expect(transferred(double)).toEqual(['r-1']);
  });

  it('wait for the record of an attempt that went to another account before', async () => {
    double.script.next(TRANSFERS, { kind: 'error', when: 'before' });
    expect((await pay())._unsafeUnwrapErr()).toEqual({ kind: 'PayoutOutcomeUnknown' });
    expect((await pay({}, 'acct_double_restricted'))._unsafeUnwrapErr()).toEqual({
      kind: 'PayoutOutcomeUnknown',
    });
    expect(transferred(double)).toEqual([]);
  });

  it('count no transfer of the group that others made', async () => {
    const { processorReference } = (await pay())._unsafeUnwrap();
    const transfer = double.books().transfers.get(processorReference);
    double.books().transfers.set(processorReference, { ...(transfer ?? expect.fail()), metadata: {} });
    expect((await payoutsAt(double).lookup('r-1'))._unsafeUnwrapErr()).toEqual({ kind: 'PayoutHasNoRecord' });
  });

  it('are refused by a reversal in full, and go out again as the next attempt alone', async () => {
    const { processorReference } = (await pay())._unsafeUnwrap();
    reverseTransfer(double.books(), processorReference);
    const reversed = { paid: false, reason: 'transfer_reversed', attempt: 1, processorReference };
    expect((await payoutsAt(double).lookup('r-1'))._unsafeUnwrap()).toMatchObject(reversed);
    expect((await pay())._unsafeUnwrap()).toMatchObject(reversed);
    expect(transferred(double)).toEqual([]);
    const again = (await pay({ attempt: 2 }))._unsafeUnwrap();
    expect(again).toMatchObject({ paid: true, attempt: 2 });
    expect((await payoutsAt(double).lookup('r-1'))._unsafeUnwrap()).toEqual(again);
    expect((await pay({ attempt: 1 }))._unsafeUnwrap()).toEqual(again);
    expect(transferred(double)).toEqual(['r-1']);
  });

  it('waits for accounts that do not answer, as nothing was sent', async () => {
    const away = payoutsAt(double, () => errAsync({ kind: 'VendorAccountsAway' }));
    expect((await away.pay(anOrder()))._unsafeUnwrapErr()).toEqual({ kind: 'PayoutsUnavailable' });
    expect(transferred(double)).toEqual([]);
  });
});

describe('Accounts of vendors', () => {
  const directory = mkdtempSync(join(tmpdir(), 'paywright-vendors-'));
  const file = join(directory, 'vendors.json');
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('are read from their file again for each payout', async () => {
    const accounts = vendorAccountsIn(readAccountsAt({ kind: 'file', file }));
    const account = async (id: VendorId) => {
      const found = await accounts(id);
      if (found.isOk()) return found.value;
      return found.error.kind === 'NoVendorAccount' ? found.error.reason : found.error.kind;
    };
    const mixed = 'AAAAAAAA-0000-4000-8000-000000000001';
    const vendorId = mixed.toLowerCase() as VendorId;
    expect(await account(vendorId)).toBe('vendor_accounts_unreadable');
    for (const [text, found] of [
      ['{', 'vendor_accounts_unreadable'],
      ['["acct_1"]', 'vendor_accounts_unreadable'],
      ['{}', 'vendor_account_missing'],
      [JSON.stringify({ [vendorId]: 'cus_1234' }), 'vendor_account_malformed'],
      [JSON.stringify({ [mixed]: 'acct_1234' }), 'acct_1234'],
    ] as const) {
      writeFileSync(file, text);
      expect(await account(vendorId)).toBe(found);
    }
    expect((await vendorAccountsIn(undefined)(vendorId))._unsafeUnwrapErr()).toMatchObject({
      reason: 'vendor_account_missing',
    });
  });
});
