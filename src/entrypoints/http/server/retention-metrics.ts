import { Counter, Gauge } from 'prom-client';
import type { Enforced } from '../../../application/kernel/enforce-retention.ts';
import type { PlatformMetrics } from './metrics.ts';

/** Whose rows are measured: the platform's, unless a service of its own is named. */
const PLATFORM = 'paywright_retention';
export const APPROVALS_RETENTION = 'paywright_approvals_retention';

/** Counts what this process deletes because its time is over; gives what is to be told of each round. */
export function countRetention(
  { registry }: PlatformMetrics,
  named = PLATFORM,
): (kinds: readonly Enforced[]) => void {
  const registers = [registry];
  const deleted = new Counter({
    name: `${named}_deleted_total`,
    help: 'Rows deleted because they were kept for their time, by kind.',
    labelNames: ['kind'],
    registers,
  });
  const overdue = new Gauge({
    name: `${named}_overdue_seconds`,
    help: 'For how long the oldest row of a kind had been kept beyond its time after the last round; 0 when none was.',
    labelNames: ['kind'],
    registers,
  });
  return (kinds) => {
    for (const { kind, ...round } of kinds) {
      deleted.inc({ kind }, round.deleted);
      overdue.set({ kind }, round.overdueMs / 1_000);
    }
  };
}
