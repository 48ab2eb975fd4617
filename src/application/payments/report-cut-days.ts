import { err, ok, okAsync, ResultAsync, safeTry } from 'neverthrow';
import type { CutDay, Span } from '../../domain/kernel/day-parts.ts';
import type { MerchantId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Payment } from '../../domain/payments/payment.ts';
import { areSameSums, type PaymentSum, sumsBeside, sumUp } from '../../domain/payments/payment-sum.ts';
import { type Tally, tallyOf } from '../../domain/payments/tally.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import type { ReportTooLarge } from '../kernel/report-time.ts';
import type { SumPorts } from './payment-sums.ts';
import { paymentWalk } from './payment-walk.ts';

/** Payments of one currency and status that were made at one time, or in the interval that holds it. */
export type PartOfDay = Readonly<{ at: Instant; sum: PaymentSum }>;

export type CutDaysRequest = Readonly<{
  merchantId: MerchantId;
  days: readonly CutDay[];
  /** Of these days at least, as they were read last. */
  tallies: readonly Tally[];
  /** So many payments are read at the most. */
  mostRead: number;
}>;

/** Days that are looked at side by side. */
const WIDTH = 8;
/** How often a day is looked at whose payments move meanwhile, before all of it is read. */
const LOOKS = 3;

/** A day that is looked at: its sums as they were read before, and what was seen of it before that. */
type OpenDay = CutDay & Readonly<{ sums: readonly PaymentSum[]; seen?: Seen }>;

/** The payments of some time, and what they add up to. */
type Seen = Readonly<{ parts: readonly PartOfDay[]; sums: readonly PaymentSum[] }>;

/**
 * What the payments of cut days add up to, in parts that each lie in one bucket or outside of all. Of a day with a rest only what is beside it is read, between two
 * reads of the day's tallies, or the tallies between two reads of it: where the two agree nothing moved, for no payment comes back to what it counted as,
 * and the rest is the difference. A day in which payments move each time is read whole in the end. So each payment counts
 * once, in a state that it had meanwhile. Days without payments cost nothing, others a read of each span and one of tallies for all.
 */
export function cutDayParts(
  { payments, summaries }: SumPorts,
  { merchantId, days, tallies, mostRead }: CutDaysRequest,
): ResultAsync<readonly PartOfDay[], ReportTooLarge | StorageUnavailable> {
  const walk = paymentWalk({ payments }, merchantId, mostRead);
  return safeTry(async function* () {
    const parts: PartOfDay[] = [];
    let sums = sumsByDay(tallies);
    let open: readonly OpenDay[] = days.flatMap((day) => {
      const known = sums.get(day.day);
      return known === undefined ? [] : [{ ...day, sums: known }];
    });
    if (leastRead(open) > mostRead) return err(TOO_LARGE);
    for (let look = 1; open.length > 0; look += 1) {
      const looked: Seen[] = [];
      for (let first = 0; first < open.length; first += WIDTH)
        looked.push(...(yield* ResultAsync.combine(open.slice(first, first + WIDTH).map(seenOf))));
      if (open.some(({ rest }) => rest !== undefined)) sums = sumsByDay(yield* talliesOf(open));
      open = open.flatMap((day, place): OpenDay[] => {
        const seen = looked[place] as Seen;
        const now = sums.get(day.day) ?? [];
        const left = day.rest === undefined ? [] : restOf(day, seen, now);
        if (left === undefined)
          return [
            look < LOOKS ? { ...day, sums: now, seen } : { day: day.day, sums: now, read: spansOf(day) },
          ];
        parts.push(...seen.parts, ...left.map((sum) => ({ at: (day.rest as Span).begin, sum })));
        return [];
      });
    }
    return ok(parts);
  });

  function seenOf({ read: spans }: OpenDay): ResultAsync<Seen, ReportTooLarge | StorageUnavailable> {
    return ResultAsync.combine(spans.map(partsOf)).map((all) => {
      const parts = all.flat();
      return { parts, sums: sumUp(parts.map(({ sum }) => sum)) };
    });
  }

  function partsOf({
    begin,
    end,
  }: Span): ResultAsync<readonly PartOfDay[], ReportTooLarge | StorageUnavailable> {
    const parts: PartOfDay[] = [];
    const add = (payment: Payment) => parts.push({ at: payment.createdAt, sum: tallyOf(payment) });
    return walk({ from: begin, to: end - 1 }, add).map(() => parts);
  }

  function talliesOf(open: readonly OpenDay[]): ResultAsync<readonly Tally[], StorageUnavailable> {
    const first = open[0];
    const last = open.at(-1);
    return first === undefined || last === undefined
      ? okAsync([])
      : summaries.tallies(merchantId, { from: first.day, to: last.day });
  }
}

const TOO_LARGE: ReportTooLarge = { kind: 'ReportTooLarge' };

function sumsByDay(tallies: readonly Tally[]): ReadonlyMap<string, readonly PaymentSum[]> {
  const days = Map.groupBy(tallies, ({ day }) => day);
  return new Map([...days].map(([day, all]) => [day, sumUp(all)]));
}

const DAY_MS = 86_400_000;

/** Of days that are read whole it is known beforehand. */
const leastRead = (open: readonly OpenDay[]): number =>
  open
    .filter(
      ({ read: [span], rest }) =>
        rest === undefined && span !== undefined && span.end - span.begin === DAY_MS,
    )
    .flatMap(({ sums }) => sums)
    .reduce((sum, { count }) => sum + count, 0);

/** What the rest of a day adds up to; undefined where it cannot be told, as payments moved. */
function restOf(
  { sums, seen: earlier }: OpenDay,
  seen: Seen,
  now: readonly PaymentSum[],
): readonly PaymentSum[] | undefined {
  const isStill = areSameSums(sums, now) || (earlier !== undefined && areSameSums(earlier.sums, seen.sums));
  return isStill ? sumsBeside(sums, seen.sums) : undefined;
}

/** All of a day, its rest with it. */
const spansOf = ({ read, rest }: CutDay): readonly Span[] => (rest === undefined ? read : [...read, rest]);
