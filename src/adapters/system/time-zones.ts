import * as instants from 'temporal-polyfill/fns/Instant';
import * as dates from 'temporal-polyfill/fns/PlainDate';
import * as dateTimes from 'temporal-polyfill/fns/PlainDateTime';
import * as zoned from 'temporal-polyfill/fns/ZonedDateTime';
import type { TimeZones } from '../../ports/time-zones.ts';

/** The time zones that the runtime brings along. */
export const systemTimeZones: TimeZones = {
  named(text) {
    // Temporal takes an offset such as `+01:00` for a zone, too.
    if (!/^[A-Za-z]/.test(text)) return undefined;
    try {
      return inZone(0, text).timeZoneId;
    } catch (fault) {
      if (fault instanceof RangeError) return undefined;
      throw fault;
    }
  },
  dateAt: (zone, at) => dates.toString(zoned.toPlainDate(inZone(at, zone))),
  firstInstantAt(zone, { date, time }) {
    const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
    const [hour = 0, minute = 0] = time.split(':').map(Number);
    const wanted = dateTimes.create(year, month, day, hour, minute);
    const earlier = dateTimes.toZonedDateTime(wanted, zone, { disambiguation: 'earlier' });
    const isShown = dateTimes.equals(zoned.toPlainDateTime(earlier), wanted);
    // Of a time that is skipped `earlier` is before the skip.
    const first = isShown ? earlier : (zoned.getTimeZoneTransition(earlier, 'next') ?? earlier);
    return first.epochMilliseconds;
  },
};

const inZone = (at: number, zone: string) =>
  instants.toZonedDateTimeISO(instants.fromEpochMilliseconds(at), zone);
