import { okAsync } from 'neverthrow';
import { type QuotaKind, type Quotas, quotaEndsAt } from '../../ports/quotas.ts';
import type { Kept } from './retention.ts';

/** Counts by kind of window and holder, then by the window's start. */
export function memoryQuotas(): Quotas & Readonly<{ kept: (kind: QuotaKind) => Kept }> {
  const counts: Record<QuotaKind, Map<string, Map<number, number>>> = { minute: new Map(), day: new Map() };
  return {
    take(holder, { kind, start }, wanted, limit) {
      const windows = counts[kind].get(holder) ?? new Map<number, number>();
      counts[kind].set(holder, windows);
      const used = windows.get(start) ?? 0;
      const granted = Math.max(0, Math.min(wanted, limit - used));
      windows.set(start, used + granted);
      return okAsync(granted);
    },
    kept: (kind) => () =>
      [...counts[kind].values()].flatMap((windows) =>
        [...windows.keys()].map((start) => ({
          endsAt: quotaEndsAt({ kind, start }),
          forget: () => windows.delete(start),
        })),
      ),
  };
}
