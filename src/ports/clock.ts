import type { Instant } from '../domain/kernel/instant.ts';

/** Wall time. It may step backwards; nothing may depend on it for safety, only for leases, expiry and display. */
export interface Clock {
  now(): Instant;
}
