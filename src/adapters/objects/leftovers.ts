import { join } from 'node:path';
import { ok } from 'neverthrow';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Leftover, Retention } from '../../ports/retention.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { attempt, type Files } from './files.ts';

const DAY_MS = 24 * 3_600_000;
/** As long as S3 is told to keep uploads that are never completed. */
const UPLOADS_KEPT_MS = 7 * DAY_MS;
/** Longer than any write takes. */
const PARTIAL_KEPT_MS = DAY_MS;

/** Both folders name what they hold by the time at which it was begun. */
const begunAt = (name: string): Instant => Number.parseInt(name.slice(0, 12), 16);

/** Deletes the uploads that were not completed, and what writers that died had begun. */
export function leftoverRetention({
  files,
  uploads,
  partial,
}: Readonly<{ files: Files; uploads: string; partial: string }>): Retention<Leftover> {
  const leftovers = async (): Promise<readonly Readonly<{ path: string; endsAt: Instant }>[]> => {
    const of = async (folder: string, keptMs: number) =>
      (await files.readdir(folder))
        .filter((name) => /^[0-9a-f]{44}$/.test(name))
        .map((name) => ({ path: join(folder, name), endsAt: begunAt(name) + keptMs }));
    const all = [...(await of(uploads, UPLOADS_KEPT_MS)), ...(await of(partial, PARTIAL_KEPT_MS))];
    return all.sort((a, b) => a.endsAt - b.endsAt);
  };
  return {
    kinds: ['upload'],
    prune: (_kind, now, limit) =>
      attempt(async () => {
        const over = (await leftovers()).filter(({ endsAt }) => endsAt <= now).slice(0, limit);
        for (const { path } of over) await files.rm(path, { recursive: true, force: true });
        return ok(over.length);
      }).mapErr(asStorage),
    oldestEnds: () => attempt(async () => ok((await leftovers())[0]?.endsAt)).mapErr(asStorage),
  };
}

const asStorage = ({ cause }: Readonly<{ cause: unknown }>): StorageUnavailable => ({
  kind: 'StorageUnavailable',
  cause,
});
