import type { AuditTrail } from './audit-trail.ts';
import type { Claims } from './claims.ts';
import type { Commits } from './commits.ts';
import type { Merchants } from './merchants.ts';
import type { Outbox } from './outbox.ts';
import type { Payments } from './payments.ts';
import type { StorageHealth } from './storage-health.ts';

/** One database's side of every storage port. All of them see the same data. */
export type Storage = Readonly<{
  commits: Commits;
  payments: Payments;
  claims: Claims;
  merchants: Merchants;
  outbox: Outbox;
  auditTrail: AuditTrail;
  health: StorageHealth;
  /** Waits for what is under way, then lets go of connections. Nothing may be asked afterwards. */
  close(): Promise<void>;
}>;
