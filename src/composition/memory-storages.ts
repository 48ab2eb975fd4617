import { okAsync } from 'neverthrow';
import { memoryApprovalsStorage } from '../adapters/memory/approvals/storage.ts';
import { memoryStorage } from '../adapters/memory/storage.ts';
import { systemClock } from '../adapters/system/clock.ts';
import type { ApprovalsStorage } from '../ports/approvals/approvals-storage.ts';
import type { AnyStorage, OpenStorage } from './open-storage.ts';

const opened = <Stored extends AnyStorage>(storage: Stored): OpenStorage<Stored> => ({
  storage,
  migrate: () => okAsync([]),
  risks: () => okAsync([]),
  dropIdle: () => {},
  time: () => okAsync(systemClock.now()),
});

export const openMemory = (): OpenStorage => opened(memoryStorage());

export const openApprovalsMemory = (): OpenStorage<ApprovalsStorage> => opened(memoryApprovalsStorage());
