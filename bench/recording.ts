import { okAsync } from 'neverthrow';
import { memoryStorage } from '../src/adapters/memory/storage.ts';
import type { Change } from '../src/ports/commits.ts';
import type { Storage } from '../src/ports/storage.ts';
import { type System, systemOver } from './system.ts';

/** Does `work` `count` times in memory and keeps the commits each made, for a driver to write elsewhere. */
export async function recorded(
  count: number,
  work: (system: System) => Promise<unknown>,
): Promise<readonly (readonly Change[])[]> {
  const memory = memoryStorage();
  let changes: Change[] = [];
  const watched: Storage = {
    ...memory,
    commits: {
      commit: (change) => memory.commits.commit(change).andThen(() => okAsync(void changes.push(change))),
    },
  };
  const system = await systemOver(watched);
  const made: Change[][] = [];
  for (let n = 0; n < count; n += 1) {
    changes = [];
    await work(system);
    made.push(changes);
  }
  return made;
}
