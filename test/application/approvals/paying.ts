import { afterEach, beforeEach, expect } from 'vitest';
import type { VendorPaymentId } from '../../../src/domain/approvals/ids.ts';
import { type ApprovalsWorld, anApprovalsWorld } from './world.ts';

/** The world of the test that runs. */
export let world: ApprovalsWorld;

/** Every test of a file begins in a world of its own. */
export function eachInItsOwnOffice(): void {
  beforeEach(() => {
    world = anApprovalsWorld();
  });
  afterEach(() => world.close());
}

/** One round of recovery over every payout that is due. */
export const recover = async () => (await world.recoverPayouts(100))._unsafeUnwrap();

/** A command that the payment's status does not allow. */
export const conflict = (status: string) => ({ kind: 'VendorPaymentStateConflict', status });

/** Whatever happened, the processor was paid from once, and our books say what its books say. */
export const expectPaidOnce = async (id: VendorPaymentId) => {
  expect(world.paid()).toEqual([id]);
  expect((await world.stored(id)).status).toBe('completed');
  expect((await world.eventsOf(id)).filter((type) => type === 'PaymentCompleted')).toHaveLength(1);
  await world.actionsOf(id);
};
