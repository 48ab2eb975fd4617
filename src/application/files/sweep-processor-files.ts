import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { ObjectKey } from '../../domain/files/object-key.ts';
import { keptUntilIn, PROCESSOR_FILES } from '../../domain/files/reconciliation-files.ts';
import type { ObjectStore, ObjectStoreUnavailable } from '../../ports/object-store.ts';
import type { Leftover, Retention } from '../../ports/retention.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';

/**
 * Deletes the files of processors whose time is over, and with them what a process left that died before it started anything of
 * it. When that is stands at the beginning of their names, which sort by it: reads no more names than it deletes, and one.
 */
export function processorFileRetention({ objects }: Readonly<{ objects: ObjectStore }>): Retention<Leftover> {
  const oldest = (limit: number): ResultAsync<readonly ObjectKey[], StorageUnavailable> =>
    objects.list(PROCESSOR_FILES, { limit }).mapErr(asStorage);
  return {
    kinds: ['processor_file'],
    prune: (_kind, now, limit) =>
      safeTry(async function* () {
        const over = (yield* oldest(limit)).filter((key) => keptUntilIn(key) <= now);
        for (const key of over) yield* objects.delete(key).mapErr(asStorage);
        return ok(over.length);
      }),
    oldestEnds: () => oldest(1).map(([key]) => (key === undefined ? undefined : keptUntilIn(key))),
  };
}

const asStorage = ({ cause }: ObjectStoreUnavailable): StorageUnavailable => ({
  kind: 'StorageUnavailable',
  cause,
});
