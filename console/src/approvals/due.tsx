import { Badge } from '../parts/badge.tsx';
import { useZone } from '../parts/clock.tsx';
import { useNow } from '../parts/now.ts';
import { dayInWords, daysUntil, standing } from './due-days.ts';

export const Day = ({ date }: Readonly<{ date: string }>) => (
  <time dateTime={date} className="whitespace-nowrap">
    {dayInWords(date)}
  </time>
);

/** One short text for a list: the date, or how it stands. */
export function DueShort({ date }: Readonly<{ date: string }>) {
  const days = daysUntil(date, useNow(), useZone());
  return (
    <time
      dateTime={date}
      title={`Due ${dayInWords(date)}`}
      className={`text-xs whitespace-nowrap ${days < 0 ? 'font-medium text-bad' : 'text-quiet'}`}
    >
      {standing(days) ?? `Due ${dayInWords(date)}`}
    </time>
  );
}

/** The date, and beside it in words whether it is near or past. */
export function Due({ date }: Readonly<{ date: string }>) {
  const days = daysUntil(date, useNow(), useZone());
  const said = standing(days);
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      <span>
        Due <Day date={date} />
      </span>
      {said !== undefined && <Badge tone={days < 0 ? 'bad' : 'warn'}>{said}</Badge>}
    </span>
  );
}
