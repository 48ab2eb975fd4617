import { ResultAsync } from 'neverthrow';
import { type MerchantId, parseMerchantId } from '../../domain/ids.ts';
import type { Merchant } from '../../domain/merchant.ts';
import type { Merchants } from '../../ports/merchants.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

export const DEMO_MERCHANTS: readonly Merchant[] = [
  demoMerchant('merchant-123', 'Demo Merchant 123'),
  demoMerchant('merchant-456', 'Demo Merchant 456'),
];

/** Adds those that are missing; the others stay as they have become. */
export const addDemoMerchants = (merchants: Merchants): ResultAsync<void, StorageUnavailable> =>
  ResultAsync.combine(DEMO_MERCHANTS.map((merchant) => merchants.addIfAbsent(merchant))).map(() => undefined);

function demoMerchant(text: string, name: string): Merchant {
  const id = parseMerchantId(text) as MerchantId;
  return { id, name, email: `${text}@example.com`, status: 'active', maxPaymentAmount: 0n, version: 1 };
}
