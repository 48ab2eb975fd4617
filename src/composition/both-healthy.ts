import { ResultAsync } from 'neverthrow';
import type { StorageHealth } from '../ports/storage-health.ts';

/** The health of the two services' storages as one, named once when both are of a kind. */
export const bothHealthy = (platform: StorageHealth, approvals: StorageHealth): StorageHealth => ({
  name: bothNamed(platform.name, approvals.name),
  check: () => ResultAsync.combine([platform.check(), approvals.check()]).map(() => undefined),
});

export const bothNamed = (platform: string, approvals: string): string =>
  platform === approvals ? platform : `${platform}, approvals on ${approvals}`;
