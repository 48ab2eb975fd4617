import { Temporal } from 'temporal-polyfill';
import type { TimeZones } from '../../ports/time-zones.ts';

/** The time zones that the runtime brings along. */
export const systemTimeZones: TimeZones = {
  named(text) {
    // Temporal takes an offset such as `+01:00` for a zone, too.
    if (!/^[A-Za-z]/.test(text)) return undefined;
    try {
      return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text).timeZoneId;
    } catch (fault) {
      if (fault instanceof RangeError) return undefined;
      throw fault;
    }
  },
  dateAt: (zone, at) =>
    Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString(),
  firstInstantAt(zone, { date, time }) {
    const wanted = Temporal.PlainDateTime.from(`${date}T${time}`);
    const earlier = wanted.toZonedDateTime(zone, { disambiguation: 'earlier' });
    const isShown = earlier.toPlainDateTime().equals(wanted);
    // Of a time that is skipped `earlier` is before the skip.
    const first = isShown ? earlier : (earlier.getTimeZoneTransition('next') ?? earlier);
    return first.epochMilliseconds;
  },
};
