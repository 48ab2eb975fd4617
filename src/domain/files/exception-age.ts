import type { Instant } from '../kernel/instant.ts';

/** How long ago an exception was opened; the shorter age ends where the longer begins. */
export const AGES = ['<1d', '1-3d', '3-7d', '>7d'] as const;
export type Age = (typeof AGES)[number];

const DAY_MS = 86_400_000;

/** When each age begins, in days. */
const BEGINS: Readonly<Record<Age, number>> = { '<1d': 0, '1-3d': 1, '3-7d': 3, '>7d': 7 };

export const ageOf = (openedAt: Instant, now: Instant): Age =>
  AGES.findLast((age) => now - openedAt >= BEGINS[age] * DAY_MS) ?? '<1d';

/** The first and the last moment at which what has this age at `now` was opened; the oldest has no first. */
export function openedWhen(age: Age, now: Instant): Readonly<{ from?: Instant; to?: Instant }> {
  const older = AGES[AGES.indexOf(age) + 1];
  return {
    ...(older === undefined ? {} : { from: now - BEGINS[older] * DAY_MS + 1 }),
    // A clock that another process reads may be ahead.
    ...(age === '<1d' ? {} : { to: now - BEGINS[age] * DAY_MS }),
  };
}
