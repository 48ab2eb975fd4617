import type { ServiceIdentifier } from 'inversify';
import type { GuardedProcessor } from '../adapters/processor/guarded.ts';
import type { PayoutLedger } from '../adapters/processor/payout-ledger.ts';
import type { SimulatedCustomers } from '../adapters/processor/simulator-customers.ts';
import type { SimulatorLedger } from '../adapters/processor/simulator-ledger.ts';
import type { ApprovalsPorts, ApprovalsUseCases } from '../application/approvals/approvals-use-cases.ts';
import type { Ports, UseCases } from '../application/use-cases.ts';
import type { ApprovalsStorage } from '../ports/approvals/approvals-storage.ts';
import type { Payouts } from '../ports/approvals/payouts.ts';
import type { WebhookSender } from '../ports/webhook-sender.ts';
import type { WebhookDelivery } from './deliveries.ts';
import type { Jobs } from './jobs.ts';
import type { KeptKeys, KeptObjects } from './kept-parts.ts';
import type { Messaging } from './messaging.ts';
import type { OpenStorage } from './open-storage.ts';
import type { NotificationReaders, Simulated } from './processors.ts';
import type { LeftOpen, LeftOpenByPayments } from './recovery.ts';
import type { Relay } from './relay.ts';

/** A symbol carries no type of its own; this one does. */
const token = <T>(name: string) => Symbol(name) as ServiceIdentifier<T>;

/** Everything of the platform that can be asked for, whatever the storage. */
export const TOKENS = {
  openStorage: token<OpenStorage>('OpenStorage'),
  simulatorLedger: token<SimulatorLedger>('SimulatorLedger'),
  simulatedCustomers: token<SimulatedCustomers>('SimulatedCustomers'),
  guardedProcessor: token<GuardedProcessor>('GuardedProcessor'),
  simulated: token<Simulated>('Simulated'),
  notificationReaders: token<NotificationReaders>('NotificationReaders'),
  webhookSender: token<WebhookSender>('WebhookSender'),
  keptKeys: token<KeptKeys>('KeptKeys'),
  keptObjects: token<KeptObjects>('KeptObjects'),
  ports: token<Ports>('Ports'),
  useCases: token<UseCases>('UseCases'),
  relay: token<Relay>('Relay'),
  webhookDelivery: token<WebhookDelivery>('WebhookDelivery'),
  jobs: token<Jobs>('Jobs'),
  leftOpen: token<LeftOpenByPayments>('LeftOpenByPayments'),
};

/** The same of approvals. */
export const APPROVALS_TOKENS = {
  openStorage: token<OpenStorage<ApprovalsStorage>>('ApprovalsOpenStorage'),
  payoutLedger: token<PayoutLedger>('PayoutLedger'),
  payouts: token<Payouts>('Payouts'),
  messaging: token<Messaging>('Messaging'),
  ports: token<ApprovalsPorts>('ApprovalsPorts'),
  useCases: token<ApprovalsUseCases>('ApprovalsUseCases'),
  relay: token<Relay>('ApprovalsRelay'),
  leftOpen: token<LeftOpen>('LeftOpenByPayouts'),
};
