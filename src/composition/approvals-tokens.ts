import type { ServiceIdentifier } from 'inversify';
import type { PayoutLedger } from '../adapters/processor/payout-ledger.ts';
import type { ApprovalsPorts, ApprovalsUseCases } from '../application/approvals/approvals-use-cases.ts';
import type { ApprovalEvent } from '../domain/approvals/approval-events.ts';
import type { ApprovalQueue, QueuedApproval } from '../ports/approvals/approval-queue.ts';
import type { ApprovalsStorage } from '../ports/approvals/approvals-storage.ts';
import type { EventBus } from '../ports/approvals/event-bus.ts';
import type { OpenStorage } from './open-storage.ts';
import type { Relay } from './relay.ts';

/** A symbol carries no type of its own; this one does. */
const token = <T>(name: string) => Symbol(name) as ServiceIdentifier<T>;

/** A stand-in whose newest items can be looked at. */
type Kept<Item> = Readonly<{ newest(): readonly Item[] }>;

/** Everything of approvals that can be asked for, whatever the storage. */
export const APPROVALS_TOKENS = {
  openStorage: token<OpenStorage<ApprovalsStorage>>('ApprovalsStorageRoom'),
  payoutLedger: token<PayoutLedger>('PayoutLedger'),
  approvalQueue: token<ApprovalQueue & Kept<QueuedApproval>>('ApprovalQueue'),
  eventBus: token<EventBus & Kept<ApprovalEvent>>('EventBus'),
  ports: token<ApprovalsPorts>('ApprovalsPorts'),
  useCases: token<ApprovalsUseCases>('ApprovalsUseCases'),
  relay: token<Relay>('ApprovalsRelay'),
};
