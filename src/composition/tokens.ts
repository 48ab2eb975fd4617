import type { ServiceIdentifier } from 'inversify';
import type { GuardedProcessor } from '../adapters/processor/guarded.ts';
import type { SimulatorLedger } from '../adapters/processor/simulator-ledger.ts';
import type { CountPayments } from '../application/count-payments.ts';
import type { ExportPayments } from '../application/export-payments.ts';
import type { GetPayment } from '../application/get-payment.ts';
import type { GetTransfer } from '../application/get-transfer.ts';
import type { ListLedgerEntries } from '../application/list-ledger-entries.ts';
import type { ListPayments } from '../application/list-payments.ts';
import type { ProcessBatch } from '../application/process-batch.ts';
import type { ProcessPayment } from '../application/process-payment.ts';
import type { ReadBalance } from '../application/read-balance.ts';
import type { RecoverPayments } from '../application/recover-payments.ts';
import type { SummarizePayments } from '../application/summarize-payments.ts';
import type { TransferMoney } from '../application/transfer.ts';
import type { ClaimTerms } from '../domain/claim.ts';
import type { Aggregates } from '../ports/aggregates.ts';
import type { Answers } from '../ports/answers.ts';
import type { AuditTrail } from '../ports/audit-trail.ts';
import type { Balances } from '../ports/balances.ts';
import type { Claims } from '../ports/claims.ts';
import type { Clock } from '../ports/clock.ts';
import type { Commits } from '../ports/commits.ts';
import type { Digests } from '../ports/digests.ts';
import type { Ids } from '../ports/ids.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Merchants } from '../ports/merchants.ts';
import type { Outbox } from '../ports/outbox.ts';
import type { Payments } from '../ports/payments.ts';
import type { Processor } from '../ports/processor.ts';
import type { Seals } from '../ports/seals.ts';
import type { StorageHealth } from '../ports/storage-health.ts';
import type { Summaries } from '../ports/summaries.ts';
import type { TransferAnswers } from '../ports/transfer-answers.ts';
import type { StorageRoom } from './storage-room.ts';

/** A symbol carries no type of its own; this one does. */
const token = <T>(name: string) => Symbol(name) as ServiceIdentifier<T>;

/** Everything that can be asked for, whatever the storage. */
export const TOKENS = {
  storageRoom: token<StorageRoom>('StorageRoom'),
  commits: token<Commits>('Commits'),
  payments: token<Payments>('Payments'),
  claims: token<Claims>('Claims'),
  merchants: token<Merchants>('Merchants'),
  aggregates: token<Aggregates>('Aggregates'),
  balances: token<Balances>('Balances'),
  ledger: token<Ledger>('Ledger'),
  summaries: token<Summaries>('Summaries'),
  outbox: token<Outbox>('Outbox'),
  auditTrail: token<AuditTrail>('AuditTrail'),
  storageHealth: token<StorageHealth>('StorageHealth'),

  clock: token<Clock>('Clock'),
  ids: token<Ids>('Ids'),
  digests: token<Digests>('Digests'),
  seals: token<Seals>('Seals'),
  answers: token<Answers>('Answers'),
  transferAnswers: token<TransferAnswers>('TransferAnswers'),
  simulatorLedger: token<SimulatorLedger>('SimulatorLedger'),
  guardedProcessor: token<GuardedProcessor>('GuardedProcessor'),
  processor: token<Processor>('Processor'),
  claimTerms: token<ClaimTerms>('ClaimTerms'),

  processPayment: token<ProcessPayment>('ProcessPayment'),
  processBatch: token<ProcessBatch>('ProcessBatch'),
  getPayment: token<GetPayment>('GetPayment'),
  listPayments: token<ListPayments>('ListPayments'),
  recoverPayments: token<RecoverPayments>('RecoverPayments'),
  countPayments: token<CountPayments>('CountPayments'),
  summarizePayments: token<SummarizePayments>('SummarizePayments'),
  exportPayments: token<ExportPayments>('ExportPayments'),
  transferMoney: token<TransferMoney>('TransferMoney'),
  getTransfer: token<GetTransfer>('GetTransfer'),
  readBalance: token<ReadBalance>('ReadBalance'),
  listLedgerEntries: token<ListLedgerEntries>('ListLedgerEntries'),
};
