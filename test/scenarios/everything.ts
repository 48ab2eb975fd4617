import type { Storage } from '../../src/ports/storage.ts';
import { eventReplaysContract } from './event-replays.scenario.ts';
import { exportSchedulesContract } from './export-schedules.scenario.ts';
import { exportsContract } from './exports.scenario.ts';
import { heavyPagesContract } from './heavy-pages.scenario.ts';
import { jobsContract } from './jobs.scenario.ts';
import { managingMerchantsContract } from './managing-merchants.scenario.ts';
import { parkedEventsContract } from './parked-events.scenario.ts';
import { paymentLimitsContract } from './payment-limits.scenario.ts';
import { processorConfigContract } from './processor-config.scenario.ts';
import { reconciliationsContract } from './reconciliations.scenario.ts';
import { relayContract } from './relay.scenario.ts';
import { reportsContract } from './reports.scenario.ts';
import { retiredValuesContract } from './retired-values.scenario.ts';
import { settlementSourcesContract } from './settlement-sources.scenario.ts';
import { settlementsContract } from './settlements.scenario.ts';
import { timesContract } from './times.scenario.ts';
import { transfersContract } from './transfers.scenario.ts';
import { uploadsContract } from './uploads.scenario.ts';
import { webhookHoldingContract } from './webhook-holding.scenario.ts';
import { webhookRetriesContract } from './webhook-retries.scenario.ts';
import { webhookWorkersContract } from './webhook-workers.scenario.ts';
import { webhooksContract } from './webhooks.scenario.ts';

/** Every use case whose course depends on the storage. `open` gives an empty store that shares nothing with the ones before. */
export function storageScenarios(adapter: string, open: () => Promise<Storage>): void {
  heavyPagesContract(adapter, open);
  exportsContract(adapter, open);
  exportSchedulesContract(adapter, open);
  transfersContract(adapter, open);
  managingMerchantsContract(adapter, open);
  processorConfigContract(adapter, open);
  relayContract(adapter, open);
  parkedEventsContract(adapter, open);
  webhooksContract(adapter, open);
  webhookRetriesContract(adapter, open);
  eventReplaysContract(adapter, open);
  webhookWorkersContract(adapter, open);
  webhookHoldingContract(adapter, open);
  retiredValuesContract(adapter, open);
  timesContract(adapter, open);
  paymentLimitsContract(adapter, open);
  jobsContract(adapter, open);
  reconciliationsContract(adapter, open);
  reportsContract(adapter, open);
  uploadsContract(adapter, open);
  settlementSourcesContract(adapter, open);
  settlementsContract(adapter, open);
}
