import type { ApprovalsStorage } from '../ports/approvals/approvals-storage.ts';
import { openApprovalsDynamoDb, openDynamoDb } from './aws-on-demand.ts';
import { openApprovalsMemory, openMemory } from './memory-storages.ts';
import type { OpenStorage } from './open-storage.ts';
import { openApprovalsPostgres, openPostgres } from './postgres-storages.ts';
import type { PlacedStorage } from './storage-settings.ts';

/** The one place that knows every storage. A function's bundle holds the file of one kind alone (tools/bundle). */
export function openPlatformStorage(storage: PlacedStorage): OpenStorage {
  switch (storage.kind) {
    case 'memory':
      return openMemory();
    case 'postgres':
      return openPostgres(storage);
    case 'dynamodb':
      return openDynamoDb(storage);
  }
}

/** The same of approvals. */
export function openApprovalsStorage(storage: PlacedStorage): OpenStorage<ApprovalsStorage> {
  switch (storage.kind) {
    case 'memory':
      return openApprovalsMemory();
    case 'postgres':
      return openApprovalsPostgres(storage);
    case 'dynamodb':
      return openApprovalsDynamoDb(storage);
  }
}
