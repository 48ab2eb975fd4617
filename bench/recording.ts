import { okAsync } from 'neverthrow';
import { memoryStorage } from '../src/adapters/memory/storage.ts';
import type { Change } from '../src/ports/commits.ts';
import type { Storage } from '../src/ports/storage.ts';
import { aRequest, systemOver } from './system.ts';
import type { Recorded } from './work.ts';

/** Processes payments in memory and keeps the commits they made, for a driver to write elsewhere. */
export async function recordedPayments(count: number): Promise<readonly Recorded[]> {
  const memory = memoryStorage();
  const changes: Change[] = [];
  const watched: Storage = {
    ...memory,
    commits: {
      commit: (change) => memory.commits.commit(change).andThen(() => okAsync(void changes.push(change))),
    },
  };
  const { process } = await systemOver(watched);
  for (let n = 0; n < count; n += 1) await process(aRequest());
  return Array.from({ length: count }, (_, n) => ({
    intent: changes[2 * n] as Change,
    outcome: changes[2 * n + 1] as Change,
  }));
}
