import * as z from 'zod/mini';
import { catch as fallback } from 'zod/mini';

export const PERIODS = [
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
] as const;

/** How many days are looked back on, today included. */
export const overviewSearch = z.object({
  days: fallback(z.optional(z.enum(['7', '30', '90'])), undefined as never),
});

const DAY_MS = 86_400_000;

const dayAt = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The first and the last day of so many, by UTC. */
export const periodOf = (days: number, now: number) => ({
  from: dayAt(now - (days - 1) * DAY_MS),
  to: dayAt(now),
});

export const dayBefore = (day: string): string => dayAt(Date.parse(day) - DAY_MS);
