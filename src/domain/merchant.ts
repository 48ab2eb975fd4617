import { err, ok, type Result } from 'neverthrow';
import type { MerchantId } from './ids.ts';
import { fromRfc3339, type Instant, rfc3339 } from './instant.ts';
import { type Whole, whole } from './json.ts';
import type { Money } from './money.ts';

/** 0 sets no limit. `maxPaymentAmount` is in minor units of whatever currency a payment has. */
export type RateLimits = Readonly<{
  paymentsPerMinute: number;
  paymentsPerDay: number;
  maxPaymentAmount: bigint;
}>;

/** A tenant. Its `merchantId` is its own id: it is stored under itself. */
export type Merchant = Readonly<{
  kind: 'merchant';
  merchantId: MerchantId;
  id: MerchantId;
  name: string;
  email: string;
  status: 'active' | 'suspended';
  features: readonly string[];
  rateLimits: RateLimits;
  version: number;
  createdAt: Instant;
  updatedAt: Instant;
  auditHash: string;
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

export function withinLimit({ rateLimits }: Merchant, amount: Money): Result<Money, AmountOverLimit> {
  const limit = rateLimits.maxPaymentAmount;
  return limit > 0n && amount.minorUnits > limit ? err({ kind: 'AmountOverLimit', limit }) : ok(amount);
}

/** A merchant flat, under the names it is published with. */
export type MerchantRecord = Readonly<{
  id: MerchantId;
  name: string;
  email: string;
  status: Merchant['status'];
  features: readonly string[];
  rate_limits: Readonly<{
    payments_per_minute: number;
    payments_per_day: number;
    max_payment_amount: Whole;
  }>;
  version: number;
  created_at: string;
  updated_at: string;
}>;

export const merchantRecord = (merchant: Merchant): MerchantRecord => ({
  id: merchant.id,
  name: merchant.name,
  email: merchant.email,
  status: merchant.status,
  features: merchant.features,
  rate_limits: {
    payments_per_minute: merchant.rateLimits.paymentsPerMinute,
    payments_per_day: merchant.rateLimits.paymentsPerDay,
    max_payment_amount: whole(merchant.rateLimits.maxPaymentAmount),
  },
  version: merchant.version,
  created_at: rfc3339(merchant.createdAt),
  updated_at: rfc3339(merchant.updatedAt),
});

export const restoreMerchant = (record: MerchantRecord, auditHash: string): Merchant => ({
  kind: 'merchant',
  merchantId: record.id,
  id: record.id,
  name: record.name,
  email: record.email,
  status: record.status,
  features: record.features,
  rateLimits: {
    paymentsPerMinute: record.rate_limits.payments_per_minute,
    paymentsPerDay: record.rate_limits.payments_per_day,
    maxPaymentAmount: BigInt(record.rate_limits.max_payment_amount),
  },
  version: record.version,
  createdAt: fromRfc3339(record.created_at),
  updatedAt: fromRfc3339(record.updated_at),
  auditHash,
});
