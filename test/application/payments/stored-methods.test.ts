import { errAsync } from 'neverthrow';
import { describe, expect, it, onTestFinished } from 'vitest';
import { givenRing } from '../../../src/adapters/keys/given-ring.ts';
import { ringKeys } from '../../../src/adapters/keys/secret-keys.ts';
import { localVault } from '../../../src/adapters/keys/vault.ts';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { simulatedProcessor } from '../../../src/adapters/processor/simulator.ts';
import { simulatorLedger } from '../../../src/adapters/processor/simulator-ledger.ts';
import { systemEmailSpellings } from '../../../src/adapters/system/email-spellings.ts';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import { systemSignedTokens } from '../../../src/adapters/system/signed-tokens.ts';
import { systemTimeZones } from '../../../src/adapters/system/time-zones.ts';
import { systemWebhookSecrets } from '../../../src/adapters/system/webhook-secrets.ts';
import { httpWebhookSender } from '../../../src/adapters/webhooks/sender.ts';
import { useCases } from '../../../src/application/use-cases.ts';
import { ANOMALY_RULES } from '../../../src/domain/audit/anomalies.ts';
import type { CustomerId } from '../../../src/domain/kernel/ids.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import { exportEncoder } from '../../../src/entrypoints/files/export-encoder.ts';
import { httpTransferResponseEncoder } from '../../../src/entrypoints/http/ledger/transfers.ts';
import {
  decodeResponse,
  httpResponseEncoder,
} from '../../../src/entrypoints/http/payments/stored-responses.ts';
import type { Processor } from '../../../src/ports/processor.ts';
import {
  aKey,
  aMerchantId,
  digests,
  fileTerms,
  NOON,
  origin,
  SECRET,
  terms,
} from '../../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../../fixtures/merchants.ts';
import { temporaryFiles } from '../../support/objects.ts';

/** The platform over memory, a customer with a stored card, and every method the processor was asked to charge. */
async function aPlatform() {
  const storage = memoryStorage();
  const ledger = simulatorLedger(':memory:');
  onTestFinished(() => ledger.close());
  await addMerchants(storage, [aMerchant()]);
  const clock = { at: NOON, now: () => clock.at };
  const ring = givenRing([{ id: 'one', secret: Buffer.alloc(32, 1).toString('base64url') }]);
  const secretKeys = ringKeys(ring);
  const simulated = simulatedProcessor(ledger, clock);
  const charged: string[] = [];
  const lost = { charges: 0 };
  const processor: Processor = {
    ...simulated,
    charge(order) {
      charged.push(order.paymentMethod);
      if (lost.charges-- > 0) return errAsync({ kind: 'ProcessorOutcomeUnknown' });
      return simulated.charge(order);
    },
  };
  const platform = useCases(
    {
      ...storage,
      processor,
      responses: httpResponseEncoder,
      transferResponses: httpTransferResponseEncoder,
      exportEncoder,
      clock,
      ids: systemIds,
      timeZones: systemTimeZones,
      digests,
      signedTokens: systemSignedTokens(SECRET),
      secretKeys,
      keyRotation: ring.rotation,
      vault: localVault(secretKeys, clock),
      webhookSecrets: systemWebhookSecrets,
      emailSpellings: systemEmailSpellings,
      webhookSender: httpWebhookSender({ allowLoopbackHttp: true }),
      ...temporaryFiles(clock),
    },
    { claims: terms, anomalies: ANOMALY_RULES, files: fileTerms, authorizationMarginMs: 0 },
  );
  const merchantId = aMerchantId();
  const { customer } = (
    await platform.createCustomer({
      merchantId,
      details: { email: 'ada@example.com', name: 'Ada' },
      methods: [{ face: { type: 'card', last4: '4242' }, token: 'tok_first', asDefault: true }],
      origin,
    })
  )._unsafeUnwrap();
  const method = customer.paymentMethods[0]?.id ?? '';
  const idempotencyKey = aKey();
  const pay = async (customerId: CustomerId = customer.id) => {
    const request = { merchantId, idempotencyKey, customerId, paymentMethod: method, origin };
    const order = { amount: money(2_500n, 'USD'), captureMethod: 'automatic' } as const;
    return (await platform.processPayment({ ...request, ...order }))
      .map(({ response }) => decodeResponse(response))
      .match(
        ({ status, body }) => ({ status, body }),
        ({ kind }) => ({ status: kind, body: '' }),
      );
  };
  const stored = async () => (await storage.payments.list(merchantId, {}, { limit: 10 }))._unsafeUnwrap();
  return { platform, storage, charged, lost, clock, pay, stored, customer, method, merchantId };
}

describe('a payment with a stored method', () => {
  it('is charged by the token, which stays out of the record', async () => {
    const { pay, stored, charged, method } = await aPlatform();
    expect((await pay()).status).toBe(201);
    expect(charged).toEqual(['tok_first']);
    const [payment] = await stored();
    expect(payment?.paymentMethod).toBe(method);
  });

  it('is sent again by recovery with the same token, when the charge was lost', async () => {
    const { platform, pay, stored, charged, lost, clock } = await aPlatform();
    lost.charges = 1;
    expect((await pay()).status).toBe(202);
    clock.at += 60_000;
    (await platform.recoverPayments(10))._unsafeUnwrap();
    expect(charged).toEqual(['tok_first', 'tok_first']);
    expect((await stored()).map(({ status }) => status)).toEqual(['succeeded']);
  });

  it('is given up in the end, when its customer was erased before the charge could be sent again', async () => {
    const { platform, storage, pay, stored, charged, lost, clock, customer, merchantId } = await aPlatform();
    lost.charges = 1;
    await pay();
    (await platform.eraseCustomer({ merchantId, id: customer.id, origin }))._unsafeUnwrap();
    clock.at += 60_000;
    (await platform.recoverPayments(10))._unsafeUnwrap();
    // Nothing can be charged any more; that nothing was is known once time has passed.
    expect(charged).toEqual(['tok_first']);
    expect((await stored()).map(({ status }) => status)).toEqual(['processing']);
    clock.at += 2 * terms.keepResponsesMs;
    (await platform.recoverPayments(10))._unsafeUnwrap();
    expect(charged).toEqual(['tok_first']);
    expect((await stored()).map(({ status }) => status)).toEqual(['failed']);
    await storage.close();
  });

  it('is refused for a customer who is not there, and the key stays free', async () => {
    const { pay, stored, charged } = await aPlatform();
    const nobody = `cus_${'0'.repeat(32)}` as CustomerId;
    const refused = await pay(nobody);
    expect(refused.status).toBe('CustomerNotAccepted');
    expect(await pay(nobody)).toEqual(refused);
    expect([charged, await stored()]).toEqual([[], []]);
  });
});
