import { err, ok, type Result } from 'neverthrow';
import type { MerchantId } from './ids.ts';
import type { Money } from './money.ts';

/** A tenant. `maxPaymentAmount` is in minor units of whatever currency a payment has; 0 sets no limit. */
export type Merchant = Readonly<{
  id: MerchantId;
  name: string;
  email: string;
  status: 'active' | 'suspended';
  maxPaymentAmount: bigint;
  version: number;
}>;

/** Unknown or suspended: nobody takes payments in this name. */
export type MerchantInactive = Readonly<{ kind: 'MerchantInactive'; merchantId: MerchantId }>;
export type AmountOverLimit = Readonly<{ kind: 'AmountOverLimit'; limit: bigint }>;

export function activeMerchant(
  merchant: Merchant | undefined,
  merchantId: MerchantId,
): Result<Merchant, MerchantInactive> {
  return merchant?.status === 'active' ? ok(merchant) : err({ kind: 'MerchantInactive', merchantId });
}

export function withinLimit(merchant: Merchant, amount: Money): Result<Money, AmountOverLimit> {
  const limit = merchant.maxPaymentAmount;
  return limit > 0n && amount.minorUnits > limit ? err({ kind: 'AmountOverLimit', limit }) : ok(amount);
}
