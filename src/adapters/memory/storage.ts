import type { Storage } from '../../ports/storage.ts';
import { localWakeUps } from '../shared/local-wake-ups.ts';
import { memoryAggregates } from './aggregates.ts';
import { memoryAuditTrail } from './audit-trail.ts';
import { memoryBalances } from './balances.ts';
import { memoryClaims } from './claims.ts';
import { memoryCommits } from './commits.ts';
import { memoryDeliveries } from './deliveries.ts';
import { memoryEventLog } from './event-log.ts';
import { memoryFailedAuthentications } from './failed-authentications.ts';
import { memoryLeases } from './leases.ts';
import { memoryLedger } from './ledger.ts';
import { memoryLedgerTallies } from './ledger-tallies.ts';
import { memoryMerchants } from './merchants.ts';
import { memoryOutbox } from './outbox.ts';
import { memoryPayments } from './payments.ts';
import { memoryQuotas } from './quotas.ts';
import { keptResponses, keptTraces, memoryRetention } from './retention.ts';
import { memoryStorageHealth } from './storage-health.ts';
import { type MemoryStore, memoryStore } from './store.ts';
import { memoryStoredRows } from './stored-rows.ts';
import { memorySummaries } from './summaries.ts';

/** A database that lives and dies with the process, or as long as `store`; the reference the others are compared with. */
export function memoryStorage(store: MemoryStore = memoryStore()): Storage {
  const leases = memoryLeases();
  const deliveries = memoryDeliveries(store);
  const eventLog = memoryEventLog(store);
  const quotas = memoryQuotas();
  const failedAuthentications = memoryFailedAuthentications();
  return {
    commits: memoryCommits(store),
    payments: memoryPayments(store),
    claims: memoryClaims(store),
    merchants: memoryMerchants(store),
    aggregates: memoryAggregates(store),
    balances: memoryBalances(store),
    ledger: memoryLedger(store),
    ledgerTallies: memoryLedgerTallies(store),
    summaries: memorySummaries(store),
    outbox: memoryOutbox(store),
    leases,
    wakeUps: localWakeUps(),
    deliveries,
    eventLog,
    storedRows: memoryStoredRows(store),
    auditTrail: memoryAuditTrail(store),
    quotas,
    failedAuthentications,
    retention: memoryRetention({
      response: keptResponses(store),
      claim_trace: keptTraces(store),
      delivery: deliveries.kept,
      event: eventLog.kept,
      failed_authentication: failedAuthentications.kept,
      minute_window: quotas.kept('minute'),
      day_window: quotas.kept('day'),
      lease: leases.kept,
    }),
    // As few as the smallest of the databases takes, so that what needs many changes does here too.
    mostChangeRows: 100,
    health: memoryStorageHealth,
    close: () => Promise.resolve(),
  };
}
