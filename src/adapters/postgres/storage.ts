import type pg from 'pg';
import type { Storage } from '../../ports/storage.ts';
import { postgresAggregates } from './aggregates.ts';
import { postgresAuditTrail } from './audit-trail.ts';
import { postgresBalances } from './balances.ts';
import { postgresClaims } from './claims.ts';
import { postgresCommits } from './commits.ts';
import { postgresDeliveries } from './deliveries.ts';
import { postgresEventLog } from './event-log.ts';
import { postgresFailedAuthentications } from './failed-authentications.ts';
import { postgresLeases } from './leases.ts';
import { postgresLedger } from './ledger.ts';
import { postgresLedgerTallies } from './ledger-tallies.ts';
import { postgresMerchants } from './merchants.ts';
import { postgresOutbox } from './outbox.ts';
import { postgresPayments } from './payments.ts';
import { postgresQuotas } from './quotas.ts';
import { postgresRetention } from './retention.ts';
import { postgresStorageHealth } from './storage-health.ts';
import { postgresStoredRows } from './stored-rows.ts';
import { postgresSummaries } from './summaries.ts';
import { postgresWakeUps } from './wake-ups.ts';

/** Every storage port over one pool, which `close` ends. The schema must be migrated. */
export function postgresStorage(pool: pg.Pool, signals = postgresWakeUps(pool)): Storage {
  const { close, ...wakeUps } = signals;
  return {
    commits: postgresCommits(pool),
    payments: postgresPayments(pool),
    claims: postgresClaims(pool),
    merchants: postgresMerchants(pool),
    aggregates: postgresAggregates(pool),
    balances: postgresBalances(pool),
    ledger: postgresLedger(pool),
    ledgerTallies: postgresLedgerTallies(pool),
    summaries: postgresSummaries(pool),
    outbox: postgresOutbox(pool),
    leases: postgresLeases(pool),
    wakeUps,
    deliveries: postgresDeliveries(pool),
    eventLog: postgresEventLog(pool),
    storedRows: postgresStoredRows(pool),
    auditTrail: postgresAuditTrail(pool),
    quotas: postgresQuotas(pool),
    failedAuthentications: postgresFailedAuthentications(pool),
    retention: postgresRetention(pool),
    // A statement of more takes longer than others would wait behind its locks.
    mostChangeRows: 2_000,
    health: postgresStorageHealth(pool),
    async close() {
      await close();
      await pool.end();
    },
  };
}
