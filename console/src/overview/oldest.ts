import type { Schemas } from '../api/api.ts';
import { lengthOf } from '../parts/now.ts';

type Needing = Readonly<{
  items: readonly Pick<Schemas['Payment'], 'id' | 'attention'>[];
  has_more: boolean;
}>;

const MINUTE_MS = 60_000;

/**
 * For how long the oldest of those that need people has needed them, and which it is. Where there are more than were listed, which is
 * not known, and the oldest of the listed says how long it is at least.
 */
export function oldestAttention(
  { items, has_more }: Needing,
  now: number,
): Readonly<{ text: string; id?: string }> | undefined {
  const [oldest] = items
    .flatMap(({ id, attention }) => (attention === undefined ? [] : [{ id, since: attention.since }]))
    .toSorted((a, b) => a.since.localeCompare(b.since));
  if (oldest === undefined) return undefined;
  const age = Math.max(0, now - Date.parse(oldest.since));
  if (!has_more) return { text: `for ${lengthOf(age)}`, id: oldest.id };
  return age < MINUTE_MS ? undefined : { text: `for over ${lengthOf(age)}` };
}

/** The first day of a report by status on which there is a payment that still has it. */
export const firstDayWith = (
  status: string,
  { buckets }: Pick<Schemas['PaymentReport'], 'buckets'>,
): string | undefined =>
  buckets.find(({ rows }) => rows.some(({ group, count }) => group === status && count > 0))?.date;

const DAY_MS = 86_400_000;

/** How many days of UTC ago one was. */
export function daysAgo(day: string, today: string): string {
  const days = Math.round((Date.parse(today) - Date.parse(day)) / DAY_MS);
  if (days <= 0) return 'today';
  return days === 1 ? '1 day ago' : `${days} days ago`;
}
