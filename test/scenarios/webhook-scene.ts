import { beforeEach, expect } from 'vitest';
import { auditTrailChain } from '../../src/domain/kernel/audit-entry.ts';
import type { Delivery } from '../../src/domain/webhooks/delivery.ts';
import type { EventFilter } from '../../src/domain/webhooks/webhook-endpoint.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, digests, origin } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { aWebhookWorld, type WebhookWorld } from '../support/webhook-world.ts';
/** Whose endpoints a scene is about. */
export const merchantId = aMerchantId();
/** The storage of the test that runs. */
export let storage: Storage;
/** Everything about webhooks over it. */
export let world: WebhookWorld;

/** Every test begins in a scene of its own, over an empty storage with two merchants. */
export function eachInItsOwnScene(open: () => Promise<Storage>): void {
  beforeEach(async () => {
    storage = await open();
    await addMerchants(storage, [aMerchant('merchant-a'), aMerchant('merchant-b')]);
    world = aWebhookWorld(storage);
    return () => storage.close();
  });
}

/** An endpoint of the merchant, unless `of` is another. */
export const create = async (url: string, events: readonly EventFilter[] = ['*'], of = merchantId) =>
  (await world.createEndpoint({ merchantId: of, url, events, origin }))._unsafeUnwrap();
/** All deliveries of the merchant, newest first. */
export const list = async () =>
  (await world.listDeliveries({ merchantId, filter: {}, limit: 100 }))._unsafeUnwrap().items;
/** The one delivery there is. */
export const only = async (): Promise<Delivery> => {
  const [first, ...others] = await list();
  if (first === undefined || others.length > 0) throw new Error(`${others.length + 1} deliveries`);
  return first;
};
/** What was done to an endpoint, by its verified audit chain. */
export const actionsOf = async (id: string) => {
  const head = (await storage.aggregates.find(merchantId, 'webhook_endpoint', id))._unsafeUnwrap();
  const links = (await storage.auditTrail.ofAggregate(merchantId, 'webhook_endpoint', id))._unsafeUnwrap();
  if (head === undefined) throw new Error(`${id} is not there`);
  expect(auditTrailChain.verify(links, head, digests.sha256)._unsafeUnwrap()).toBe(head.version);
  return links.map(({ action }) => action);
};
