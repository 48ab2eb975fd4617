import type { ServiceIdentifier } from 'inversify';
import type { RingSource } from '../adapters/keys/ring.ts';
import type { GuardedProcessor } from '../adapters/processor/guarded.ts';
import type { SimulatorLedger } from '../adapters/processor/simulator-ledger.ts';
import type { Ports, UseCases } from '../application/use-cases.ts';
import type { StorageHealth } from '../ports/storage-health.ts';
import type { WebhookSender } from '../ports/webhook-sender.ts';
import type { WebhookDelivery } from './deliveries.ts';
import type { OpenStorage } from './open-storage.ts';
import type { Relay } from './relay.ts';

/** A symbol carries no type of its own; this one does. */
const token = <T>(name: string) => Symbol(name) as ServiceIdentifier<T>;

/** Everything that can be asked for, whatever the storage. */
export const TOKENS = {
  openStorage: token<OpenStorage>('StorageRoom'),
  storageHealth: token<StorageHealth>('StorageHealth'),
  simulatorLedger: token<SimulatorLedger>('SimulatorLedger'),
  guardedProcessor: token<GuardedProcessor>('GuardedProcessor'),
  webhookSender: token<WebhookSender>('WebhookSender'),
  keyRing: token<RingSource>('RingSource'),
  ports: token<Ports>('Ports'),
  useCases: token<UseCases>('UseCases'),
  relay: token<Relay>('Relay'),
  webhookDelivery: token<WebhookDelivery>('WebhookDelivery'),
};
