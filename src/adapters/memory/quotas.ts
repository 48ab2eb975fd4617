import { okAsync } from 'neverthrow';
import { QUOTA_WINDOW_MS, QUOTA_WINDOWS_KEPT, type Quotas } from '../../ports/quotas.ts';

/** Counts by merchant and kind of window, then by the window's start. */
export function memoryQuotas(): Quotas {
  const counts = new Map<string, Map<number, number>>();
  return {
    take(merchantId, { kind, start }, wanted, limit) {
      const windows = counts.get(`${kind} ${merchantId}`) ?? new Map<number, number>();
      counts.set(`${kind} ${merchantId}`, windows);
      const used = windows.get(start) ?? 0;
      const granted = Math.max(0, Math.min(wanted, limit - used));
      windows.set(start, used + granted);
      const oldest = start - QUOTA_WINDOWS_KEPT * QUOTA_WINDOW_MS[kind];
      for (const old of windows.keys()) if (old < oldest) windows.delete(old);
      return okAsync(granted);
    },
  };
}
