import { type Day, dayOf } from './day.ts';
import type { Instant } from './instant.ts';
import type { Bucket } from './time-buckets.ts';

/** From `begin` to before `end`; never empty. */
export type Span = Readonly<{ begin: Instant; end: Instant }>;

/**
 * A day of UTC that is not in one bucket as a whole. With `rest`, the part of it that is in one bucket and at least half of the day, `read` is all that
 * the day has beside it, so that what is in `rest` is the day's sum less what is in `read`. Without, `read` is what the buckets have of it.
 */
export type CutDay = Readonly<{ day: Day; read: readonly Span[]; rest?: Span }>;

/** The days of UTC that buckets hold: those that lie in one of them, and those that they cut. */
export type DayParts = Readonly<{ whole: ReadonlySet<Day>; cut: readonly CutDay[] }>;

const DAY_MS = 86_400_000;
/** Of buckets that follow one another without a gap. */
export function dayParts(buckets: readonly Bucket[]): DayParts {
  const whole = new Set<Day>();
  const cut: CutDay[] = [];
  const begin = buckets[0]?.begin ?? 0;
  const end = buckets.at(-1)?.end ?? begin;
  let next = 0;
  for (let from = Math.floor(begin / DAY_MS) * DAY_MS; from < end; from += DAY_MS) {
    const until = from + DAY_MS;
    while ((buckets[next]?.end ?? until) <= from) next += 1;
    const held: Span[] = [];
    for (let place = next; (buckets[place]?.begin ?? until) < until; place += 1) {
      const bucket = buckets[place] as Bucket;
      held.push({ begin: Math.max(bucket.begin, from), end: Math.min(bucket.end, until) });
    }
    const longest = held.reduce<Span | undefined>(
      (a, b) => (a && lengthOf(a) >= lengthOf(b) ? a : b),
      undefined,
    );
    if (longest === undefined) continue;
    const day = dayOf(from);
    if (lengthOf(longest) === DAY_MS) whole.add(day);
    else if (lengthOf(longest) >= DAY_MS / 2) {
      const beside = [
        { begin: from, end: longest.begin },
        { begin: longest.end, end: until },
      ];
      cut.push({ day, read: beside.filter((span) => lengthOf(span) > 0), rest: longest });
    } else cut.push({ day, read: [{ begin: held[0]?.begin ?? from, end: held.at(-1)?.end ?? until }] });
  }
  return { whole, cut };
}

const lengthOf = ({ begin, end }: Span): number => end - begin;
