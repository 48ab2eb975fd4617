import type { VendorPaymentId } from '../../domain/approvals/ids.ts';

/** Says that a refused attempt could not be kept. */
export interface RefusalAlarm {
  /** Once for each attempt that is on no record. `cause` is for logs only. Never throws. */
  raise(lost: Readonly<{ id: VendorPaymentId; cause: unknown }>): void;
}
