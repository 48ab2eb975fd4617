import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasStripeDescription } from '../../support/aws-emulators.ts';
import { httpEvent } from '../../support/gateway.ts';
import { SCHEDULED, someDeployment } from '../../support/lambda/functions.ts';
import { aMerchantsDatabase } from '../../support/lambda/functions-on-postgres.ts';
import { type SecretKeeper, secretKeeper } from '../../support/secret-keeper.ts';
import { failPayout, payOut } from '../../support/stripe-double/bank-payouts.ts';
import { transferred } from '../../support/stripe-double/payouts.ts';
import { DOUBLE_KEY, type StripeDouble, startStripeDouble } from '../../support/stripe-double/server.ts';
import { signedEvent } from '../../support/stripe-double/signed-events.ts';
import { reverseTransfer } from '../../support/stripe-double/transfers.ts';

const SECRET = 'whsec_of_this_test';
const ACCOUNTS = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:Vendors-a1b2c3';

describe.runIf(hasStripeDescription())('Functions of approvals on Stripe', () => {
  const url = aMerchantsDatabase();
  let double: StripeDouble;
  let keeper: SecretKeeper;
  const deployment = someDeployment('postgres', () => ({
    DATABASE_URL: url(),
    PAYWRIGHT_PAYOUTS: 'stripe',
    STRIPE_SECRET_KEY: DOUBLE_KEY,
    STRIPE_WEBHOOK_SECRET: SECRET,
    STRIPE_API_BASE: double.url,
    STRIPE_VENDOR_ACCOUNTS_ARN: ACCOUNTS,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: keeper.url,
    // What was answered in silence is due for recovery at once.
    PAYWRIGHT_LEASE_MS: '11000',
    PAYWRIGHT_PROCESSOR_TIMEOUT_MS: '10000',
  }));
  /** Without Stripe in their settings, as `infra/` has them. */
  const others = someDeployment('postgres', () => ({ DATABASE_URL: url() }));
  beforeAll(async () => {
    double = await startStripeDouble();
    double.books().available.set('usd', 1_000_000);
    keeper = await secretKeeper();
  });
  afterAll(async () => {
    await Promise.all([deployment.close(), others.close()]);
    await Promise.all([double.close(), keeper.close()]);
    expect(double.undescribed()).toEqual([]);
  });

  const as = (sub: string) => ({ claims: { sub, role: sub, merchant_id: undefined, permissions: [] } });
  /** The path of a payment that may be paid. */
  async function approved(vendorId: string) {
    const { body } = await others.asked('approvals-create', '/payments', {
      ...as('dispatcher'),
      body: {
        incidentId: randomUUID(),
        vendorId,
        payerType: 'back_office',
        amountCents: 4_000,
        lineItems: [{ description: 'Towing', quantity: 1, unitPriceCents: 4_000 }],
      },
    });
    const path = `/payments/${String(body['paymentId'])}`;
    const decided = await deployment.asked('approvals-approve', `${path}/approve`, {
      ...as('admin'),
      body: {},
    });
    expect(decided.status).toBe(200);
    return path;
  }
  const process = (path: string) =>
    deployment.asked('approvals-approve', `${path}/process`, { ...as('admin'), body: {} });
  const read = async (path: string) => (await others.asked('approvals-get', path, as('admin'))).body;
  const pays = (accounts: Readonly<Record<string, string>>) =>
    keeper.put(ACCOUNTS, { current: JSON.stringify(accounts) });

  /** Posts an event of the double to the API of approvals, at the path that it has with or without a domain. */
  async function notified(at: string, type: string, secret = SECRET, account = '') {
    const event = [...double.books(account).events.values()].findLast((each) => each.type === type);
    if (event === undefined) throw new Error(`the double has no ${type}`);
    const { body, headers } = signedEvent(event, [secret], Math.floor(Date.now() / 1_000));
    const request = new Request(`https://pay.example${at}`, { method: 'POST', headers, body });
    const answer = await deployment.invoked<{ statusCode: number }>(
      'approvals-approve',
      await httpEvent(request),
    );
    return answer.statusCode;
  }

  it('pay vendors by transfer, on accounts that are read from their secret for each payout', async () => {
    const vendor = randomUUID();
    pays({});
    const path = await approved(vendor);
    expect((await process(path)).body).toMatchObject({
      status: 'failed',
      failedReason: 'vendor_account_missing',
    });
    pays({ [vendor]: 'acct_double_vendor' });
    const { body } = await process(path);
    expect(body).toMatchObject({ status: 'completed', processorReference: expect.stringMatching(/^tr_/) });
    expect(transferred(double)).toContain(body['paymentId']);
  });

  it('send nothing while the accounts cannot be had, and leave the payout to recovery', async () => {
    const vendor = randomUUID();
    pays({ [vendor]: 'acct_double_vendor' });
    const path = await approved(vendor);
    keeper.refuse('ThrottlingException');
    expect((await process(path)).body).not.toMatchObject({ status: 'failed' });
    expect(transferred(double)).not.toContain(path.slice('/payments/'.length));
    keeper.refuse();
    await expect
      .poll(
        async () => {
          await deployment.invoked('approvals-recovery', SCHEDULED);
          return (await read(path))['status'];
        },
        { timeout: 45_000, interval: 1_000 },
      )
      .toBe('completed');
  });

  it('fail a payment whose transfer comes back, for an event that is signed, at either of its paths', async () => {
    const vendor = randomUUID();
    pays({ [vendor]: 'acct_double_vendor' });
    for (const at of ['/processors/stripe/webhook', '/approvals/processors/stripe/webhook']) {
      const path = await approved(vendor);
      const { body } = await process(path);
      reverseTransfer(double.books(), String(body['processorReference']));
      expect(await notified(at, 'transfer.reversed', 'whsec_of_others')).toBe(400);
      expect(await read(path)).toMatchObject({ status: 'completed' });
      expect(await notified(at, 'transfer.reversed')).toBe(200);
      expect(await read(path)).toMatchObject({ status: 'failed', failedReason: 'transfer_reversed' });
    }
  });

  it('fail a payment whose money does not reach the vendor’s bank, and reject none that the vendor has', async () => {
    const vendor = randomUUID();
    pays({ [vendor]: 'acct_double_vendor' });
    const path = await approved(vendor);
    const { body } = await process(path);
    const books = double.books('acct_double_vendor');
    failPayout(books, payOut(books));
    const at = '/processors/stripe/webhook';
    expect(await notified(at, 'payout.failed', SECRET, 'acct_double_vendor')).toBe(200);
    expect(await read(path)).toMatchObject({
      status: 'failed',
      failedReason: 'payout_failed: account_closed',
    });
    const asked = { ...as('admin'), body: { reason: 'No' } };
    const rejected = await deployment.asked('approvals-approve', `${path}/reject`, asked);
    expect([rejected.status, rejected.body['code']]).toEqual([409, 'payout_stands']);
    expect((await process(path)).body).toMatchObject({
      status: 'completed',
      processorReference: body['processorReference'],
    });
  });

  it('take no event where none is to be taken', async () => {
    const path = '/processors/stripe/webhook';
    expect(await others.asked('approvals-approve', path, { body: {} })).toMatchObject({ status: 404 });
    expect(await others.asked('approvals-create', path, { body: {} })).toMatchObject({ status: 405 });
  });
});
