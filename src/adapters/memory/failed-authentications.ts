import { okAsync } from 'neverthrow';
import type { FailedAuthenticationCounts } from '../../ports/failed-authentications.ts';

export function memoryFailedAuthentications(): FailedAuthenticationCounts {
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
  };
}

/** No merchant's id is empty. */
const NOBODY = '';
