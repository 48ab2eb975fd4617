import { okAsync } from 'neverthrow';
import type { Outbox } from '../../ports/outbox.ts';
import type { MemoryStore } from './store.ts';

export const memoryOutbox = (store: MemoryStore): Outbox => ({
  unsent: (limit) => okAsync(store.outbox.slice(0, limit)),
});
