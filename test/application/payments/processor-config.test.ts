import { inspect } from 'node:util';
import { errAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  openProcessorConfig,
  sealProcessorConfig,
} from '../../../src/application/merchants/merchant-secrets.ts';
import { modifyPayment } from '../../../src/application/payments/modify-payment.ts';
import { processPayment } from '../../../src/application/payments/process-payment.ts';
import { recoverPayments } from '../../../src/application/payments/recover-payments.ts';
import { present } from '../../../src/domain/kernel/present.ts';
import { amountsOf } from '../../../src/domain/payments/payment.ts';
import { aMerchantId, terms } from '../../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../../fixtures/merchants.ts';
import { aVault } from '../../fixtures/vault.ts';
import { aModification, aPayment, aRequest, aWorld, loseCharge, storedFor, type World } from '../world.ts';

const SECRET = 'sk_live_1';

describe('a merchant’s processor config', () => {
  const merchantId = aMerchantId('configured');
  let world: World;
  beforeEach(async () => {
    world = await aWorld();
    const config = { api_key: SECRET, constructor: 'x' };
    const sealed = await sealProcessorConfig<undefined>(aVault(world.clock), merchantId, config);
    const shop = { ...aMerchant('configured'), ...present({ processorConfig: sealed._unsafeUnwrap() }) };
    await addMerchants(world.storage, [shop]);
  });
  afterEach(() => world.close());

  const open = async (id = merchantId) =>
    (
      await openProcessorConfig(world.ports.vault, (await world.ports.merchants.find(id))._unsafeUnwrap())
    )._unsafeUnwrap();

  it('is read by name once it is open, and says nothing of names it does not have', async () => {
    const config = await open();
    expect(['api_key', 'constructor', 'toString', '__proto__'].map(config)).toEqual([
      SECRET,
      'x',
      undefined,
      undefined,
    ]);
    expect((await open(aMerchantId('merchant-a')))('api_key')).toBeUndefined();
    expect((await open(aMerchantId('never-opened')))('api_key')).toBeUndefined();
  });

  it('is shown by no way of printing the order that carries it', async () => {
    const order = { ...aRequest(), config: await open() };
    for (const text of [
      JSON.stringify({ ...order, amount: 1 }),
      inspect(order, { depth: 9 }),
      String(order.config),
    ])
      expect(text).not.toContain(SECRET);
  });

  it('that was sealed for another merchant is a defect, and opens for none', async () => {
    const stored = (await world.ports.merchants.find(merchantId))._unsafeUnwrap();
    const stolen = { ...aMerchant('merchant-a'), ...(stored && { processorConfig: stored.processorConfig }) };
    await expect(async () =>
      openProcessorConfig(world.ports.vault, stolen as typeof stored),
    ).rejects.toThrow();
  });

  describe('while no key opens it', () => {
    const locked = () => ({
      ...world.ports,
      vault: {
        ...aVault(world.clock),
        open: () => errAsync({ kind: 'KeysUnavailable' as const, cause: 'locked' }),
      },
    });

    it('refuses a payment before anything is recorded or sent', async () => {
      const request = aRequest({ merchantId });
      const refused = await processPayment(locked(), terms)(request);
      expect(refused._unsafeUnwrapErr().kind).toBe('KeysUnavailable');
      expect(await storedFor(world, request)).toMatchObject({ claim: undefined });
      expect(world.calls).toMatchObject({ commit: 0, charge: 0 });
      expect((await world.process(request))._unsafeUnwrap().response).toMatch(/^succeeded /);
    });

    it('refuses a refund with nothing set aside for it', async () => {
      const id = await aPayment(world, { merchantId });
      const request = aModification(id, { type: 'refund', amount: 10n }, { merchantId });
      const refused = await modifyPayment(locked(), terms)(request);
      expect(refused._unsafeUnwrapErr().kind).toBe('KeysUnavailable');
      const stored = (await world.ports.payments.find(merchantId, id))._unsafeUnwrap();
      expect(amountsOf(stored).refunding.minorUnits).toBe(0n);
      expect((await world.move(request))._unsafeUnwrap().response).toMatch(/^succeeded /);
    });

    it('leaves recovery waiting, which settles the payment once the key is back', async () => {
      world.turns.charge.push(loseCharge);
      const request = aRequest({ merchantId });
      await world.process(request);
      world.pass(300_000);
      expect((await recoverPayments(locked(), terms)(10))._unsafeUnwrap()).toMatchObject({ waiting: 1 });
      expect((await world.recover(10))._unsafeUnwrap()).toMatchObject({ settled: 1 });
    });
  });
});
