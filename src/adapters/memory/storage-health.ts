import { okAsync } from 'neverthrow';
import type { StorageHealth } from '../../ports/storage-health.ts';

export const memoryStorageHealth: StorageHealth = { name: 'memory', check: () => okAsync(undefined) };
