import { describe, expect, it } from 'vitest';
import { activeMerchant, type Merchant, withinLimit } from '../../src/domain/merchant.ts';
import { money } from '../../src/domain/money.ts';
import { aMerchantId } from '../fixtures/changes.ts';

const merchant: Merchant = {
  id: aMerchantId(),
  name: 'Corner shop',
  email: 'shop@example.com',
  status: 'active',
  maxPaymentAmount: 1_000n,
  version: 1,
};

describe('a merchant', () => {
  it('takes payments while active, and not when suspended or unknown', () => {
    expect(activeMerchant(merchant, merchant.id)._unsafeUnwrap()).toBe(merchant);
    const inactive = { kind: 'MerchantInactive', merchantId: merchant.id };
    for (const found of [{ ...merchant, status: 'suspended' as const }, undefined])
      expect(activeMerchant(found, merchant.id)._unsafeUnwrapErr()).toEqual(inactive);
  });

  it('takes up to the limit and nothing past it', () => {
    expect(withinLimit(merchant, money(1_000n, 'USD')).isOk()).toBe(true);
    expect(withinLimit(merchant, money(1_001n, 'JPY'))._unsafeUnwrapErr()).toEqual({
      kind: 'AmountOverLimit',
      limit: 1_000n,
    });
  });

  it('with a limit of 0 has none', () => {
    const unlimited = { ...merchant, maxPaymentAmount: 0n };
    expect(withinLimit(unlimited, money(2n ** 70n, 'USD')).isOk()).toBe(true);
  });
});
