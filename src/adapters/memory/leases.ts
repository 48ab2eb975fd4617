import { okAsync } from 'neverthrow';
import { LEASES_KEPT_MS, type Lease, type Leases } from '../../ports/leases.ts';
import type { Kept } from './retention.ts';

export function memoryLeases(): Leases & Readonly<{ kept: Kept }> {
  const leases = new Map<string, Lease>();
  return {
    hold(names, holder, now, until) {
      const held = [...new Set(names)].filter((name) => {
        const lease = leases.get(name);
        return lease === undefined || lease.until <= now || lease.holder === holder;
      });
      for (const name of held) leases.set(name, { name, holder, until });
      return okAsync(held);
    },
    holders: (prefix, now) =>
      okAsync(
        [...leases.values()]
          .filter(({ name, until }) => name.startsWith(prefix) && until > now)
          .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      ),
    release(names, holder) {
      for (const name of names) if (leases.get(name)?.holder === holder) leases.delete(name);
      return okAsync(undefined);
    },
    kept: () =>
      [...leases].map(([name, { until }]) => ({
        endsAt: until + LEASES_KEPT_MS,
        forget: () => leases.delete(name),
      })),
  };
}
