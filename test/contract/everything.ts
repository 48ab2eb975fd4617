import type { Storage } from '../../src/ports/storage.ts';
import { aggregatesContract } from './aggregates.contract.ts';
import { attentionContract } from './attention.contract.ts';
import { auditTrailContract } from './audit-trail.contract.ts';
import { claimCommitsContract } from './claim-commits.contract.ts';
import { claimsContract } from './claims.contract.ts';
import { closedAggregatesContract } from './closed-aggregates.contract.ts';
import { commitsContract } from './commits.contract.ts';
import { commitsModelContract } from './commits-model.contract.ts';
import { deliveriesContract } from './deliveries.contract.ts';
import { eventLogContract } from './event-log.contract.ts';
import { failedAuthenticationsContract } from './failed-authentications.contract.ts';
import { findingPaymentsContract } from './finding-payments.contract.ts';
import { lapsingPaymentsContract } from './lapsing-payments.contract.ts';
import { leasesContract } from './leases.contract.ts';
import { ledgerContract } from './ledger.contract.ts';
import { ledgerTalliesContract } from './ledger-tallies.contract.ts';
import { lookingThroughContract } from './looking-through.contract.ts';
import { merchantsContract } from './merchants.contract.ts';
import { outboxContract } from './outbox.contract.ts';
import { paymentSumsContract } from './payment-sums.contract.ts';
import { paymentsContract } from './payments.contract.ts';
import { quotasContract } from './quotas.contract.ts';
import { retentionContract } from './retention.contract.ts';
import { settlingCommitsContract } from './settling-commits.contract.ts';
import { storageHealthContract } from './storage-health.contract.ts';
import { summariesContract } from './summaries.contract.ts';
import { wakeUpsContract } from './wake-ups.contract.ts';

/** How many random histories are compared with memory, and what is drawn in proportion to them; fewer where an engine is slow. */
const HISTORIES = 15;

/**
 * Every contract of a port. `open` gives an empty store that shares nothing with the ones before.
 *
 * ```ts
 * // A fourth storage, in `test/adapters/sqlite.test.ts`: each test has a database of its own, closed by the test.
 * storageContracts('sqlite', async () => sqliteStorage(await freshFile()));
 * ```
 */
export function storageContracts(
  adapter: string,
  open: () => Promise<Storage>,
  histories: number = HISTORIES,
): void {
  commitsContract(adapter, open);
  claimCommitsContract(adapter, open);
  settlingCommitsContract(adapter, open);
  commitsModelContract(adapter, open, histories);
  paymentsContract(adapter, open);
  attentionContract(adapter, open);
  lapsingPaymentsContract(adapter, open);
  findingPaymentsContract(adapter, open);
  lookingThroughContract(adapter, open);
  paymentSumsContract(adapter, open, histories);
  claimsContract(adapter, open);
  merchantsContract(adapter, open);
  aggregatesContract(adapter, open);
  closedAggregatesContract(adapter, open);
  ledgerContract(adapter, open);
  ledgerTalliesContract(adapter, open);
  summariesContract(adapter, open);
  outboxContract(adapter, open);
  leasesContract(adapter, open);
  deliveriesContract(adapter, open);
  eventLogContract(adapter, open);
  wakeUpsContract(adapter, open);
  auditTrailContract(adapter, open);
  quotasContract(adapter, open);
  failedAuthenticationsContract(adapter, open);
  retentionContract(adapter, open);
  storageHealthContract(adapter, open);
}
