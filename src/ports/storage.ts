import type { Aggregates } from './aggregates.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { Balances } from './balances.ts';
import type { Claims } from './claims.ts';
import type { Commits } from './commits.ts';
import type { Deliveries } from './deliveries.ts';
import type { EventLog } from './event-log.ts';
import type { FailedAuthenticationCounts } from './failed-authentications.ts';
import type { Leases } from './leases.ts';
import type { Ledger } from './ledger.ts';
import type { LedgerTallies } from './ledger-tallies.ts';
import type { Merchants } from './merchants.ts';
import type { Outbox } from './outbox.ts';
import type { Payments } from './payments.ts';
import type { Quotas } from './quotas.ts';
import type { Retention } from './retention.ts';
import type { StorageHealth } from './storage-health.ts';
import type { StoredRows } from './stored-rows.ts';
import type { Summaries } from './summaries.ts';
import type { WakeUps } from './wake-ups.ts';

/** One database's side of every storage port. All of them see the same data. */
export type Storage = Readonly<{
  commits: Commits;
  /** How many rows one change may hold: with its transactions, links, entries and balances, no more than this. */
  mostChangeRows: number;
  payments: Payments;
  claims: Claims;
  merchants: Merchants;
  aggregates: Aggregates;
  balances: Balances;
  ledger: Ledger;
  ledgerTallies: LedgerTallies;
  summaries: Summaries;
  outbox: Outbox;
  leases: Leases;
  wakeUps: WakeUps;
  deliveries: Deliveries;
  eventLog: EventLog;
  storedRows: StoredRows;
  auditTrail: AuditTrail;
  quotas: Quotas;
  failedAuthentications: FailedAuthenticationCounts;
  retention: Retention;
  health: StorageHealth;
  /** Waits for what is under way, then lets go of connections. Nothing may be asked afterwards. */
  close(): Promise<void>;
}>;
