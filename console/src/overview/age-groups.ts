import type { VendorPayment } from '../approvals/approval-queries.ts';

const DAY_MS = 86_400_000;

/** The ages by which the API lists exceptions, each up to so many days. */
export const AGES = [
  { name: 'Under a day', age: '<1d', days: 1 },
  { name: '1–3 days', age: '1-3d', days: 3 },
  { name: '3–7 days', age: '3-7d', days: 7 },
  { name: 'Over 7 days', age: '>7d', days: Number.POSITIVE_INFINITY },
] as const;

type Group = Readonly<{ name: string; count: number; oldest: VendorPayment | undefined }>;

/** How many of those that wait are of each age; each is of one age. They come oldest first. */
export function agesOf(waiting: readonly VendorPayment[], now: number): readonly Group[] {
  const daysOf = ({ createdAt }: VendorPayment) => (now - Date.parse(createdAt)) / DAY_MS;
  const placeOf = (payment: VendorPayment) => AGES.findIndex(({ days }) => daysOf(payment) < days);
  return AGES.map(({ name }, place) => {
    const own = waiting.filter((payment) => placeOf(payment) === place);
    return { name, count: own.length, oldest: own[0] };
  });
}
