import { ok, type ResultAsync, safeTry } from 'neverthrow';
import { EXPORT_KEPT_MS } from '../../domain/files/file-export.ts';
import type { ObjectKey } from '../../domain/files/object-key.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ObjectStore, ObjectStoreUnavailable } from '../../ports/object-store.ts';
import type { Leftover, Retention } from '../../ports/retention.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { EXPORTS_PREFIX } from './export-object.ts';

const PAGE = 1_000;

/**
 * Deletes the files of exports that were ordered 7 days ago, and with them what a worker still wrote for an export that was
 * cancelled under it. The age is in the name: reads the names of all files that there are, and nothing of any export.
 */
export function exportFileRetention({ objects }: Readonly<{ objects: ObjectStore }>): Retention<Leftover> {
  const files = (): ResultAsync<
    readonly Readonly<{ key: ObjectKey; endsAt: Instant }>[],
    StorageUnavailable
  > =>
    safeTry<readonly Readonly<{ key: ObjectKey; endsAt: Instant }>[], ObjectStoreUnavailable>(
      async function* () {
        const all: Readonly<{ key: ObjectKey; endsAt: Instant }>[] = [];
        for (let after: ObjectKey | undefined; ; ) {
          const keys: readonly ObjectKey[] = yield* objects.list(EXPORTS_PREFIX, {
            limit: PAGE,
            ...present({ after }),
          });
          for (const key of keys) all.push({ key, endsAt: orderedAt(key) + EXPORT_KEPT_MS });
          after = keys.at(-1);
          if (keys.length < PAGE) return ok(all.sort((a, b) => a.endsAt - b.endsAt));
        }
      },
    ).mapErr(asStorage);
  return {
    kinds: ['export_file'],
    prune: (_kind, now, limit) =>
      files().andThen((all) =>
        safeTry(async function* () {
          const over = all.filter(({ endsAt }) => endsAt <= now).slice(0, limit);
          for (const { key } of over) yield* objects.delete(key).mapErr(asStorage);
          return ok(over.length);
        }),
      ),
    oldestEnds: () => files().map((all) => all[0]?.endsAt),
  };
}

/** `exports/<merchant>/exp_<time digits>…`; a file of another name is as old as can be. */
const orderedAt = (key: ObjectKey): Instant =>
  Number.parseInt(/\/exp_([0-9a-f]{12})[0-9a-f]{20}\.[a-z.]+$/.exec(key)?.[1] ?? '0', 16);

const asStorage = ({ cause }: ObjectStoreUnavailable): StorageUnavailable => ({
  kind: 'StorageUnavailable',
  cause,
});
