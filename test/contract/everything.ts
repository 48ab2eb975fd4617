import type { Storage } from '../../src/ports/storage.ts';
import { eventReplaysContract } from '../scenarios/event-replays.scenario.ts';
import { heavyPagesContract } from '../scenarios/heavy-pages.scenario.ts';
import { managingMerchantsContract } from '../scenarios/managing-merchants.scenario.ts';
import { parkedEventsContract } from '../scenarios/parked-events.scenario.ts';
import { relayContract } from '../scenarios/relay.scenario.ts';
import { retiredValuesContract } from '../scenarios/retired-values.scenario.ts';
import { timesContract } from '../scenarios/times.scenario.ts';
import { transfersContract } from '../scenarios/transfers.scenario.ts';
import { webhookHoldingContract } from '../scenarios/webhook-holding.scenario.ts';
import { webhookWorkersContract } from '../scenarios/webhook-workers.scenario.ts';
import { webhooksContract } from '../scenarios/webhooks.scenario.ts';
import { aggregatesContract } from './aggregates.contract.ts';
import { auditTrailContract } from './audit-trail.contract.ts';
import { claimsContract } from './claims.contract.ts';
import { commitsContract } from './commits.contract.ts';
import { commitsModelContract } from './commits-model.contract.ts';
import { deliveriesContract } from './deliveries.contract.ts';
import { eventLogContract } from './event-log.contract.ts';
import { failedAuthenticationsContract } from './failed-authentications.contract.ts';
import { leasesContract } from './leases.contract.ts';
import { ledgerContract } from './ledger.contract.ts';
import { merchantsContract } from './merchants.contract.ts';
import { outboxContract } from './outbox.contract.ts';
import { paymentSumsContract } from './payment-sums.contract.ts';
import { paymentsContract } from './payments.contract.ts';
import { quotasContract } from './quotas.contract.ts';
import { storageHealthContract } from './storage-health.contract.ts';
import { summariesContract } from './summaries.contract.ts';
import { wakeUpsContract } from './wake-ups.contract.ts';

/** How many random histories are compared with memory; fewer where an engine is slow. */
const HISTORIES = 15;

/** Every storage contract. `open` gives an empty store that shares nothing with the ones before. */
export function storageContracts(
  adapter: string,
  open: () => Promise<Storage>,
  histories: number = HISTORIES,
): void {
  commitsContract(adapter, open);
  commitsModelContract(adapter, open, histories);
  paymentsContract(adapter, open);
  heavyPagesContract(adapter, open);
  paymentSumsContract(adapter, open);
  transfersContract(adapter, open);
  claimsContract(adapter, open);
  merchantsContract(adapter, open);
  managingMerchantsContract(adapter, open);
  aggregatesContract(adapter, open);
  ledgerContract(adapter, open);
  summariesContract(adapter, open);
  outboxContract(adapter, open);
  leasesContract(adapter, open);
  deliveriesContract(adapter, open);
  eventLogContract(adapter, open);
  wakeUpsContract(adapter, open);
  relayContract(adapter, open);
  parkedEventsContract(adapter, open);
  webhooksContract(adapter, open);
  eventReplaysContract(adapter, open);
  webhookWorkersContract(adapter, open);
  webhookHoldingContract(adapter, open);
  auditTrailContract(adapter, open);
  quotasContract(adapter, open);
  failedAuthenticationsContract(adapter, open);
  storageHealthContract(adapter, open);
  retiredValuesContract(adapter, open);
  timesContract(adapter, open);
}
