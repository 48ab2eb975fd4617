import { okAsync } from 'neverthrow';
import {
  FAILED_AUTHENTICATIONS_KEPT_MS,
  type FailedAuthenticationCounts,
} from '../../ports/failed-authentications.ts';
import type { Kept } from './retention.ts';

export function memoryFailedAuthentications(): FailedAuthenticationCounts & Readonly<{ kept: Kept }> {
  const counts = new Map<string, Map<number, number>>();
  return {
    add(merchantId, minute, count) {
      const minutes = counts.get(merchantId ?? NOBODY) ?? new Map<number, number>();
      counts.set(merchantId ?? NOBODY, minutes);
      minutes.set(minute, (minutes.get(minute) ?? 0) + count);
      return okAsync(undefined);
    },
    list: (merchantId, from, to) =>
      okAsync(
        [...(counts.get(merchantId ?? NOBODY) ?? [])]
          .map(([minute, count]) => ({ minute, count }))
          .filter(({ minute }) => from <= minute && minute <= to)
          .sort((a, b) => a.minute - b.minute),
      ),
    kept: () =>
      [...counts.values()].flatMap((minutes) =>
        [...minutes.keys()].map((minute) => ({
          endsAt: minute + FAILED_AUTHENTICATIONS_KEPT_MS,
          forget: () => minutes.delete(minute),
        })),
      ),
  };
}

/** No merchant's id is empty. */
const NOBODY = '';
