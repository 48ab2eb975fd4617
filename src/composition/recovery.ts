import type { ResultAsync } from 'neverthrow';
import { systemClock } from '../adapters/system/clock.ts';
import type { VendorPayments } from '../ports/approvals/vendor-payments.ts';
import type { Claims } from '../ports/claims.ts';
import type { Payments } from '../ports/payments.ts';
import type { StorageUnavailable } from '../ports/unavailable.ts';
import type { WakeUps } from '../ports/wake-ups.ts';

/** What may be left open by any process, and falls to recovery when its time has come. */
export type LeftOpen = Readonly<{
  /** Whether anything is due, or will be within that time. */
  isAwaited(withinMs: number): ResultAsync<boolean, StorageUnavailable>;
  /** Calls `begun` when something was begun that may be left open; gives back what ends that. */
  watch(begun: () => void): () => void;
}>;

/** Claims whose holder may die, and authorizations, which are voided `marginMs` before they lapse. */
export type LeftOpenByPayments = Readonly<{ claims: LeftOpen; authorizations: LeftOpen }>;

export const leftOpenByPayments = (
  { claims, payments, wakeUps }: Readonly<{ claims: Claims; payments: Payments; wakeUps: WakeUps }>,
  marginMs: number,
): LeftOpenByPayments => ({
  claims: leftOpen((by) => claims.due(by, 1), wakeUps),
  authorizations: leftOpen((by) => payments.lapsing(by + marginMs, 1), wakeUps),
});

export const leftOpenByPayouts = ({
  vendorPayments,
  wakeUps,
}: Readonly<{ vendorPayments: VendorPayments; wakeUps: WakeUps }>): LeftOpen =>
  leftOpen((by) => vendorPayments.due(by, 1), wakeUps);

const leftOpen = (
  dueBy: (by: number) => ResultAsync<readonly unknown[], StorageUnavailable>,
  wakeUps: WakeUps,
): LeftOpen => ({
  isAwaited: (withinMs) => dueBy(systemClock.now() + withinMs).map((found) => found.length > 0),
  watch: (begun) => wakeUps.subscribe('recovery', begun),
});
