import { parseDay } from '../kernel/instant.ts';
import type { DayForm } from '../merchants/settlement-mapping.ts';

/** A time of day with or without its zone, which says nothing about the day that is written before it. */
const TIME = /^(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2}))?)?$/;

/** Reads the days of one form, as `YYYY-MM-DD`; undefined for a cell that is none, or a day that its month has not. */
export function daysOf(form: DayForm): (text: string) => string | undefined {
  const shape = form.replaceAll(/[YMD]/g, '0');
  return (text) => {
    const day = text.slice(0, form.length);
    if (day.replaceAll(/\d/g, '0') !== shape || !TIME.test(text.slice(form.length))) return undefined;
    const [year, month, date] = ['YYYY', 'MM', 'DD'].map((part) => {
      const at = form.indexOf(part);
      return day.slice(at, at + part.length);
    });
    const said = `${year}-${month}-${date}`;
    return parseDay(said) === undefined ? undefined : said;
  };
}
