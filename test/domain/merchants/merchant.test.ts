import { describe, expect, it } from 'vitest';
import { jsonText, parseJson } from '../../../src/domain/kernel/json.ts';
import {
  activeMerchant,
  changeMerchant,
  type MerchantRecord,
  merchantRecord,
  merchantSnapshot,
  openMerchant,
  publishedMerchant,
  restoreMerchant,
} from '../../../src/domain/merchants/merchant.ts';
import { aMerchantId, NOON } from '../../fixtures/changes.ts';
import { aMerchant } from '../../fixtures/merchants.ts';

const merchant = aMerchant('merchant-a', { rateLimits: { maxPaymentAmount: 1_000n } });
const processorConfig = { key: { keyId: 'one', wrapped: 'a wrapped key' }, sealed: 'ciphertext' };

describe('a merchant', () => {
  it('takes payments while active, and not when suspended or unknown', () => {
    expect(activeMerchant(merchant, merchant.id)._unsafeUnwrap()).toBe(merchant);
    const inactive = { kind: 'MerchantInactive', merchantId: merchant.id };
    for (const found of [{ ...merchant, status: 'suspended' as const }, undefined])
      expect(activeMerchant(found, merchant.id)._unsafeUnwrapErr()).toEqual(inactive);
  });

  it('opens active, without features or limits, unless said otherwise', () => {
    const named = { id: aMerchantId(), name: 'Corner shop', email: 'shop@example.com', createdAt: NOON };
    expect(openMerchant(named)).toEqual({
      ...aMerchant(),
      name: 'Corner shop',
      email: 'shop@example.com',
    });
    const terms = { status: 'suspended', features: ['exports'], rateLimits: { paymentsPerDay: 5 } } as const;
    expect(openMerchant({ ...named, ...terms })).toMatchObject({
      status: 'suspended',
      features: ['exports'],
      rateLimits: { paymentsPerMinute: 0, paymentsPerDay: 5, maxPaymentAmount: 0n },
    });
  });

  it('changes what is named and nothing else, one version at a time', () => {
    const before = aMerchant('merchant-a', { rateLimits: { paymentsPerMinute: 5 }, processorConfig });
    const change = { name: 'New name', rateLimits: { paymentsPerDay: 100 } };
    expect(changeMerchant(before, change, NOON + 1)).toEqual({
      ...before,
      name: 'New name',
      rateLimits: { paymentsPerMinute: 5, paymentsPerDay: 100, maxPaymentAmount: 0n },
      version: 2,
      updatedAt: NOON + 1,
    });
  });

  it('keeps its config until it is replaced or taken away', () => {
    const before = aMerchant('merchant-a', { processorConfig });
    expect(changeMerchant(before, { name: 'x' }, NOON).processorConfig).toEqual(processorConfig);
    const other = { ...processorConfig, sealed: 'other' };
    expect(changeMerchant(before, { processorConfig: other }, NOON).processorConfig).toEqual(other);
    expect(changeMerchant(before, { processorConfig: null }, NOON)).not.toHaveProperty('processorConfig');
  });

  it('says why it is suspended until it is resumed, or another reason is given', () => {
    const change = (before: typeof merchant, to: Parameters<typeof changeMerchant>[1]) =>
      changeMerchant(before, to, NOON + 1);
    const suspended = change(merchant, { status: 'suspended', statusReason: 'Documents are awaited' });
    expect(suspended).toMatchObject({ status: 'suspended', statusReason: 'Documents are awaited' });
    expect(publishedMerchant(suspended).status_reason).toBe('Documents are awaited');
    expect(merchantSnapshot(suspended)['status_reason']).toBe('Documents are awaited');
    expect(change(suspended, { name: 'x' }).statusReason).toBe('Documents are awaited');
    expect(change(suspended, { status: 'suspended' })).toBe(suspended);
    expect(change(suspended, { status: 'suspended', statusReason: 'Others' }).statusReason).toBe('Others');
    const resumed = change(suspended, { status: 'active' });
    expect(resumed).not.toHaveProperty('statusReason');
    expect(publishedMerchant(resumed)).not.toHaveProperty('status_reason');
    expect(change(resumed, { status: 'suspended' })).not.toHaveProperty('statusReason');
    // An active merchant has none, whatever it is given.
    expect(change(merchant, { statusReason: 'x' })).toBe(merchant);
  });

  it('is the very same when a change changes nothing', () => {
    const before = aMerchant('merchant-a', { features: ['a', 'b'] });
    for (const change of [
      {},
      { name: before.name, status: before.status },
      { features: ['a', 'b'] },
      { rateLimits: { paymentsPerDay: 0 } },
      { processorConfig: null },
    ])
      expect(changeMerchant(before, change, NOON + 1)).toBe(before);
  });

  it('is read back from its record, digits and all', () => {
    for (const whole of [
      aMerchant('merchant-a', {
        processorConfig,
        auditHash: 'abc',
        rateLimits: { maxPaymentAmount: 2n ** 62n },
      }),
      aMerchant('merchant-a', { rateLimits: { maxPaymentAmounts: { EUR: 0n, JPY: 2n ** 62n } } }),
      aMerchant('merchant-a', { status: 'suspended', statusReason: 'Documents are awaited' }),
      // As every suspended merchant was before suspensions had reasons.
      aMerchant('merchant-a', { status: 'suspended' }),
      aMerchant(),
    ]) {
      const text = jsonText(merchantRecord(whole));
      expect(restoreMerchant(parseJson(text) as MerchantRecord, whole.auditHash)).toEqual(whole);
    }
  });

  it('publishes nothing of its config, and audits its ciphertext without its key', () => {
    const whole = aMerchant('merchant-a', { processorConfig });
    expect(publishedMerchant(whole)).not.toHaveProperty('processor_config');
    expect(jsonText(publishedMerchant(whole))).not.toMatch(/ciphertext|wrapped/);
    expect(jsonText(merchantSnapshot(whole))).toContain('ciphertext');
    expect(jsonText(merchantSnapshot(whole))).not.toContain('a wrapped key');
  });
});
