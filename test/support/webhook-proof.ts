import { systemIds } from '../../src/adapters/system/ids.ts';
import type { DomainEvent } from '../../src/domain/kernel/events.ts';
import type { MerchantId } from '../../src/domain/kernel/ids.ts';
import { aMerchantId, NOON } from '../fixtures/changes.ts';
import { addEndpoint, anEvent } from '../fixtures/webhooks.ts';
import type { WebhookWorld } from './webhook-world.ts';

export const urlOf = (n: number) => `https://shop-${n}.example/hooks`;

/** Merchants with one endpoint each that subscribes to everything. */
export async function addShops({ ports }: WebhookWorld, count: number): Promise<readonly MerchantId[]> {
  const merchants = Array.from({ length: count }, (_, n) => aMerchantId(`shop-${n}`));
  for (const [n, merchantId] of merchants.entries())
    await addEndpoint(ports, { id: systemIds.webhookEndpoint(NOON), merchantId, url: urlOf(n) });
  return merchants;
}

/** Events in order, merchant after merchant; each merchant's are of a few payments. */
export function eventsFor(merchants: readonly MerchantId[], count: number): readonly DomainEvent[] {
  const payments = merchants.map(() => Array.from({ length: 5 }, () => systemIds.payment(NOON)));
  return Array.from({ length: count }, (_, n) => {
    const of = n % merchants.length;
    const paymentId = payments[of]?.[Math.floor(n / merchants.length) % 5];
    const merchantId = merchants[of];
    if (merchantId === undefined || paymentId === undefined) throw new Error('no merchants');
    return anEvent({ merchantId, paymentId });
  });
}

/** The ids of events that each URL got, each once and sorted. */
export function gotBy({ receivers }: WebhookWorld): ReadonlyMap<string, readonly string[]> {
  const got = new Map<string, Set<string>>();
  for (const { url, headers } of receivers.received) {
    const ids = got.get(url) ?? new Set();
    got.set(url, ids.add(headers['webhook-id'] ?? ''));
  }
  return new Map([...got].map(([url, ids]) => [url, [...ids].toSorted()]));
}
