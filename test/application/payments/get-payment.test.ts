import { errAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import { getPayment } from '../../../src/application/payments/get-payment.ts';
import { aMerchantId, NOON } from '../../fixtures/changes.ts';
import { aRequest, aWorld, paymentIn, storedFor, type World } from '../world.ts';

let world: World;
beforeEach(async () => {
  world = await aWorld();
});
afterEach(() => world.close());

describe('a payment that is asked for', () => {
  it('comes with its transactions', async () => {
    const request = aRequest();
    const { response } = (await world.process(request))._unsafeUnwrap();
    const { payment, transactions } = await storedFor(world, request);
    const found = await getPayment(world.storage)(request.merchantId, paymentIn(response));
    expect(found._unsafeUnwrap()).toEqual({ payment, transactions });
    expect(transactions).toHaveLength(1);
  });

  it('is not found when it does not exist or is another tenant’s, and the two look the same', async () => {
    const { response } = (await world.process(aRequest()))._unsafeUnwrap();
    const id = paymentIn(response);
    const missing = systemIds.payment(NOON);
    const find = getPayment(world.storage);
    expect((await find(aMerchantId('merchant-b'), id))._unsafeUnwrapErr()).toEqual({
      kind: 'PaymentNotFound',
      id,
    });
    expect((await find(aMerchantId(), missing))._unsafeUnwrapErr()).toEqual({
      kind: 'PaymentNotFound',
      id: missing,
    });
  });

  it('is unavailable when either read is', async () => {
    const unavailable = { kind: 'StorageUnavailable', cause: 'down' } as const;
    const { payments } = world.storage;
    const { response } = (await world.process(aRequest()))._unsafeUnwrap();
    for (const broken of [
      { find: () => errAsync(unavailable) },
      { transactionsOf: () => errAsync(unavailable) },
    ]) {
      const found = await getPayment({ payments: { ...payments, ...broken } })(
        aMerchantId(),
        paymentIn(response),
      );
      expect(found._unsafeUnwrapErr()).toEqual(unavailable);
    }
  });
});
