import type pg from 'pg';
import type { Storage } from '../../ports/storage.ts';
import { postgresAggregates } from './aggregates.ts';
import { postgresAuditTrail } from './audit-trail.ts';
import { postgresBalances } from './balances.ts';
import { postgresClaims } from './claims.ts';
import { postgresCommits } from './commits.ts';
import { postgresFailedAuthentications } from './failed-authentications.ts';
import { postgresLedger } from './ledger.ts';
import { postgresMerchants } from './merchants.ts';
import { postgresOutbox } from './outbox.ts';
import { postgresPayments } from './payments.ts';
import { postgresQuotas } from './quotas.ts';
import { postgresStorageHealth } from './storage-health.ts';
import { postgresSummaries } from './summaries.ts';

/** Every storage port over one pool, which `close` ends. The schema must be migrated. */
export const postgresStorage = (pool: pg.Pool): Storage => ({
  commits: postgresCommits(pool),
  payments: postgresPayments(pool),
  claims: postgresClaims(pool),
  merchants: postgresMerchants(pool),
  aggregates: postgresAggregates(pool),
  balances: postgresBalances(pool),
  ledger: postgresLedger(pool),
  summaries: postgresSummaries(pool),
  outbox: postgresOutbox(pool),
  auditTrail: postgresAuditTrail(pool),
  quotas: postgresQuotas(pool),
  failedAuthentications: postgresFailedAuthentications(pool),
  health: postgresStorageHealth(pool),
  close: () => pool.end(),
});
