import { parseDay } from '../kernel/instant.ts';
import type { DayForm } from '../merchants/settlement-mapping.ts';

/** A time of day with or without its zone, which says nothing about the day that is written before it. */
const TIME = '(?:[ T]\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,9})?)?(?: ?(?:Z|UTC|[+-]\\d{2}:?\\d{2}))?)?';

const patternOf = (form: DayForm): RegExp => {
  const day = form
    .replaceAll('.', '\\.')
    .replace('YYYY', '(?<year>\\d{4})')
    .replace('MM', '(?<month>\\d{2})')
    .replace('DD', '(?<day>\\d{2})');
  return new RegExp(`^${day}${TIME}$`);
};

/** Reads the days of one form, as `YYYY-MM-DD`; undefined for a cell that is none, or a day that its month has not. */
export function daysOf(form: DayForm): (text: string) => string | undefined {
  const pattern = patternOf(form);
  return (text) => {
    const { year, month, day } = pattern.exec(text)?.groups ?? {};
    const said = `${year}-${month}-${day}`;
    return parseDay(said) === undefined ? undefined : said;
  };
}
