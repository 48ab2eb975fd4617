import type { Storage } from '../../ports/storage.ts';
import { dynamodbAggregates } from './aggregates.ts';
import { dynamodbAuditTrail } from './audit-trail.ts';
import { dynamodbBalances } from './balances.ts';
import { dynamodbClaims } from './claims.ts';
import { dynamodbCommits } from './commits.ts';
import { dynamodbDeliveries } from './deliveries.ts';
import { dynamodbEventLog } from './event-log.ts';
import { dynamodbFailedAuthentications } from './failed-authentications.ts';
import { PLATFORM_EVENTS } from './items.ts';
import { dynamodbLeases } from './leases.ts';
import { dynamodbLedger } from './ledger.ts';
import { dynamodbLedgerTallies } from './ledger-tallies.ts';
import { dynamodbMerchants } from './merchants.ts';
import { dynamodbOutbox } from './outbox.ts';
import { dynamodbPayments } from './payments.ts';
import { dynamodbQuotas } from './quotas.ts';
import { itemReads } from './reads.ts';
import { dynamodbRetention } from './retention.ts';
import { dynamodbStorageHealth } from './storage-health.ts';
import { dynamodbStoredRows } from './stored-rows.ts';
import { dynamodbSummaries } from './summaries.ts';
import { tableOf } from './table.ts';
import type { TableSettings } from './table-gate.ts';
import { type DynamoDbWakeUps, dynamodbWakeUps } from './wake-ups.ts';

/** Every port on one table, which `migrateDynamoDb` must have made. `close` ends the client's connections. */
export function dynamodbStorage(settings: TableSettings, signals?: DynamoDbWakeUps): Storage {
  const table = tableOf(settings);
  const { close, ...wakeUps } = signals ?? dynamodbWakeUps(table);
  const read = itemReads(table);
  return {
    commits: dynamodbCommits(table),
    payments: dynamodbPayments(table, read),
    claims: dynamodbClaims(table, read),
    merchants: dynamodbMerchants(table, read),
    aggregates: dynamodbAggregates(table, read),
    balances: dynamodbBalances(table, read),
    ledger: dynamodbLedger(table),
    ledgerTallies: dynamodbLedgerTallies(table),
    summaries: dynamodbSummaries(table),
    outbox: dynamodbOutbox(table, read, PLATFORM_EVENTS),
    leases: dynamodbLeases(table),
    wakeUps,
    deliveries: dynamodbDeliveries(table, read),
    eventLog: dynamodbEventLog(table),
    storedRows: dynamodbStoredRows(table, read),
    auditTrail: dynamodbAuditTrail(table, read),
    quotas: dynamodbQuotas(table),
    failedAuthentications: dynamodbFailedAuthentications(table),
    retention: dynamodbRetention(table, read),
    // What TransactWriteItems takes.
    mostChangeRows: 100,
    health: dynamodbStorageHealth(table, read),
    async close() {
      await close();
      while (table.underWay.size > 0) await Promise.allSettled(table.underWay);
      table.gate.close();
      settings.client.config.requestHandler.destroy?.();
    },
  };
}
